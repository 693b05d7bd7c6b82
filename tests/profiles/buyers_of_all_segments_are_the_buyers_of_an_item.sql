-- Of each item, the buyers of the segment and of the rest add up to the item's customers; what is
-- shown has enough of them, its lift lies within its interval, and a rank is an over-bought item's.
with

segment_items as (

    select * from {{ ref('rpt_segment_items') }}

),

items as (

    select * from {{ ref('dim_items') }}

)

select
    segment_items.segment_id,
    segment_items.stock_code,
    segment_items.customer_count,
    segment_items.rest_customer_count,
    items.customer_count as item_customer_count
from segment_items
inner join items
    on segment_items.stock_code = items.stock_code
where
    segment_items.customer_count + segment_items.rest_customer_count <> items.customer_count
    or segment_items.customer_count < {{ var('segment_item_min_customers') }}
    or segment_items.lift not between segment_items.lift_low and segment_items.lift_high
    or (segment_items.item_rank is not null) <> segment_items.is_over_bought
    or segment_items.q_value < segment_items.p_value
