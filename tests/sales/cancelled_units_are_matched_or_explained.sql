-- Of each cancellation line, matched and unmatched units add up to the units cancelled.
with

cancellations as (

    select * from {{ ref('fct_cancellations') }}

),

matches as (

    select
        cancellation_line_id,
        sum(unit_count) as unit_count

    from {{ ref('int_cancellations_matched') }}
    group by 1

)

select
    cancellations.line_id,
    cancellations.quantity,
    matches.unit_count
from cancellations
left join matches
    on cancellations.line_id = matches.cancellation_line_id
where abs(cancellations.quantity) <> coalesce(matches.unit_count, 0)
