with

product_counts as (

    select * from {{ ref('int_segment_product_counts') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

item_counts as (

    select * from product_counts
    where product_type = 'item'

),

compared as (

    {{ over_buying('item_counts') | indent(4) }}

),

final as (

    select
        ---------- ids
        compared.segment_id,
        compared.product as stock_code,

        ---------- strings
        items.item_name,
        items.product_family,

        ---------- numbers
        cast(compared.product_rank as bigint) as item_rank,
        compared.customer_count,
        compared.rest_customer_count,
        compared.support,
        compared.rest_support,
        compared.lift,
        compared.lift_low,
        compared.lift_high,
        compared.lift_first_half,
        compared.lift_second_half,
        compared.p_value,
        compared.q_value,

        ---------- booleans
        compared.is_over_bought

    from compared

    inner join items
        on compared.product = items.stock_code

)

select * from final
