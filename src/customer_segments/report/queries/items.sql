-- Items of each segment: those it over-buys, most certain first, then those most of it bought.
with ranked as (
    select
        segment_id,
        item_name,
        stock_code,
        customer_count,
        support,
        rest_support,
        item_rank is not null as is_over_bought,
        row_number() over (
            partition by segment_id
            order by item_rank nulls last, customer_count desc, lift desc, stock_code
        ) as place
    from rpt_segment_items
)

select * exclude (place)
from ranked
where place <= 5
order by segment_id, place
