-- Months in which a segment orders most, with the same share of all customers' orders.
with ranked as (
    select
        segment_id,
        period_name,
        order_share,
        order_share / nullif(order_index, 0) as all_share,
        row_number() over (
            partition by segment_id order by order_share desc, period_number
        ) as place
    from rpt_segment_seasons
    where calendar = 'month' and order_count > 0
)

select * exclude (place)
from ranked
where place <= 3
order by segment_id, place
