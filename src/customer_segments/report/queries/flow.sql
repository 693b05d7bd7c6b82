-- Behaviour about a quarter of a year ago against behaviour now, under the one model in force.
-- Of data that reach back less, the first month end.
with month_ends as (
    select previous_month_end_date as month_end_date from rpt_segment_migration
    union
    select month_end_date from rpt_segment_migration
),

span as (
    select
        coalesce(
            max(month_end_date) filter (where month_end_date <= last_date - 80), min(month_end_date)
        ) as first_date,
        last_date
    from month_ends
    cross join (select max(month_end_date) as last_date from month_ends)
    group by last_date
),

then_labels as (
    select history.customer_id, segments.behaviour_name
    from fct_customer_segment_history as history
    inner join dim_segments as segments on history.segment_id = segments.segment_id
    cross join span
    where history.valid_from <= span.first_date + 1
        and (history.valid_to > span.first_date + 1 or history.valid_to is null)
),

now_labels as (
    select customers.customer_id, segments.behaviour_name
    from fct_customer_segments as customers
    inner join dim_segments as segments on customers.segment_id = segments.segment_id
)

select
    then_labels.behaviour_name as from_name,
    now_labels.behaviour_name as to_name,
    count(*) as customer_count,
    (select first_date from span) as first_date,
    (select last_date from span) as last_date
from then_labels
full join now_labels on then_labels.customer_id = now_labels.customer_id
where exists (select 1 from span)
group by all
