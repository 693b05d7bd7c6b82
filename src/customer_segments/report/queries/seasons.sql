-- Months in which a segment orders more than others of its behaviour, by a point at least: three of
-- more months that the data hold.
with months as (
    select
        *,
        order_share / nullif(order_index, 0) as behaviour_share,
        count(*) over (partition by segment_id) as month_count
    from rpt_segment_seasons
    where calendar = 'month'
),

ranked as (
    select
        segment_id,
        period_name,
        order_count,
        order_share,
        behaviour_share,
        row_number() over (
            partition by segment_id order by order_share desc, period_number
        ) as place
    from months
    where month_count > 3 and order_share - behaviour_share >= 0.01
)

select * exclude (place)
from ranked
where place <= 3
order by segment_id, place
