with

customer_items as (

    select * from {{ ref('int_customer_item_counts') }}

),

final as (

    select
        ---------- ids
        customer_id,
        stock_code,

        ---------- numbers
        order_count,
        line_count,
        unit_count,
        net_sales_gbp

    from customer_items

)

select * from final
