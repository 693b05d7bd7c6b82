-- Items that each segment over-buys, largest sure difference first: than others of its behaviour,
-- or else than others of its taste. A name that several codes share has its code behind it.
with shared_names as (
    select item_name
    from dim_items
    group by item_name
    having count(*) > 1
),

named as (
    select
        items.* exclude (item_name),
        coalesce(
            items.item_name
            || case when shared_names.item_name is null then '' else ' (' || stock_code || ')' end,
            stock_code
        ) as item_name,
        max(compared) over (partition by segment_id) as first_compared
    from rpt_segment_items as items
    left join shared_names on items.item_name = shared_names.item_name
    where item_rank is not null
)

select
    segment_id,
    item_name,
    support,
    other_support,
    compared
from named
where compared = first_compared and item_rank <= 5
order by segment_id, item_rank
