with

segment_products as (

    select * from {{ ref('int_segment_products') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

final as (

    select
        ---------- ids
        segment_products.segment_id,
        segment_products.product as stock_code,

        ---------- strings
        segment_products.compared,
        items.item_name,
        items.product_family,

        ---------- numbers
        segment_products.product_rank as item_rank,
        segment_products.customer_count,
        segment_products.other_customer_count,
        segment_products.support,
        segment_products.other_support,
        segment_products.all_support,
        segment_products.customer_index,
        segment_products.difference,
        segment_products.difference_low,
        segment_products.difference_high,
        segment_products.difference_first_half,
        segment_products.difference_second_half,
        segment_products.p_value,
        segment_products.q_value,

        ---------- booleans
        segment_products.is_over_bought

    from segment_products

    inner join items
        on segment_products.product = items.stock_code

    where segment_products.product_type = 'item'

)

select * from final
