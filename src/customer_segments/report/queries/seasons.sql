-- Months in which a segment orders most, with the same share of all customers' orders: three of
-- more months that the data hold.
with ranked as (
    select
        segment_id,
        period_name,
        order_count,
        order_share,
        order_share / nullif(order_index, 0) as all_share,
        row_number() over (
            partition by segment_id order by order_share desc, period_number
        ) as place,
        count(*) over (partition by segment_id) as month_count
    from rpt_segment_seasons
    where calendar = 'month'
)

select * exclude (place, month_count)
from ranked
where place <= 3 and order_count > 0 and month_count > 3
order by segment_id, place
