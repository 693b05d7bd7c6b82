-- Months in which a segment orders more than others of its behaviour, by a point at least.
with ranked as (
    select
        segment_id,
        period_name,
        order_share,
        order_share / nullif(order_index, 0) as behaviour_share,
        row_number() over (
            partition by segment_id order by order_share desc, period_number
        ) as place
    from rpt_segment_seasons
    where calendar = 'month' and order_share - order_share / order_index >= 0.01
)

select * exclude (place)
from ranked
where place <= 3
order by segment_id, place
