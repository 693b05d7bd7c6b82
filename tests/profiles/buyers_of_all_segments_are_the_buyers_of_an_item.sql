-- Of each item, the buyers of all segments add up to the item's customers, and those of the segment
-- and of the others compared are of its behaviour or taste; what is shown has enough buyers, and a
-- rank is an over-bought item's.
with

segment_items as (

    select * from {{ ref('rpt_segment_items') }}

),

product_counts as (

    select * from {{ ref('int_segment_product_counts') }}
    where product_type = 'item'

),

items as (

    select * from {{ ref('dim_items') }}

),

totals as (

    select
        product as stock_code,
        sum(customer_count) as customer_count

    from product_counts
    group by 1

)

select
    items.stock_code,
    null as segment_id
from totals
inner join items
    on totals.stock_code = items.stock_code
where totals.customer_count <> items.customer_count

union all

select
    segment_items.stock_code,
    segment_items.segment_id
from segment_items
inner join product_counts
    on
        segment_items.segment_id = product_counts.segment_id
        and segment_items.stock_code = product_counts.product
where
    segment_items.customer_count <> product_counts.customer_count
    or segment_items.customer_count + segment_items.other_customer_count <> case
        when segment_items.compared = 'taste within behaviour'
            then product_counts.behaviour_customer_count
        else product_counts.taste_customer_count
    end
    or segment_items.customer_count < {{ var('segment_item_min_customers') }}
    or (segment_items.item_rank is not null) <> segment_items.is_over_bought
