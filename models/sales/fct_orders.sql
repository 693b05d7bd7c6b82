{{ config(materialized='view') }}
with

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

invoices as (

    select * from {{ ref('dim_invoices') }}

),

final as (

    select
        ---------- ids
        customers.customer_id,
        invoices.invoice_id,

        ---------- numbers
        orders.line_count,
        orders.item_count,
        orders.sold_unit_count,
        orders.returned_unit_count,
        orders.net_unit_count,
        orders.sold_value,
        orders.returned_value,
        orders.net_sales,
        orders.wholesale_line_count,

        ---------- booleans
        orders.has_net_units,

        ---------- dates
        orders.ordered_at,
        orders.last_line_at,
        orders.order_date

    from orders

    inner join customers
        on orders.customer_key = customers.customer_key

    inner join invoices
        on orders.invoice_key = invoices.invoice_key

)

select * from final
