{{ config(materialized='view') }}
with

customer_items as (

    select * from {{ ref('fct_customer_items_keyed') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

final as (

    select
        ---------- ids
        customers.customer_id,
        stock_codes.stock_code,

        ---------- numbers
        customer_items.order_count,
        customer_items.line_count,
        customer_items.net_unit_count,
        customer_items.net_sales,

        ---------- dates
        customer_items.first_bought_date,
        customer_items.last_bought_date

    from customer_items

    inner join customers
        on customer_items.customer_key = customers.customer_key

    inner join stock_codes
        on customer_items.item_key = stock_codes.item_key

)

select * from final
