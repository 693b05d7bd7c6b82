{#-
    Each order counts once for each number of first orders: a sample keeps that in bounds, and what is
    read off it is a share.
-#}
with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

invoices as (

    select * from {{ ref('dim_invoices') }}

),

numbers as (

    {{ dbt.generate_series(5) | trim | indent(4) }}

),

numbered_orders as (

    select
        orders.customer_key,
        orders.invoice_key,
        {{ dbt.hash('customers.customer_id') }} as draw,
        row_number() over (
            partition by orders.customer_key
            order by orders.ordered_at, invoices.invoice_id
        ) as order_number,
        count(*) over (partition by orders.customer_key) as order_count

    from orders

    inner join customers
        on orders.customer_key = customers.customer_key

    inner join invoices
        on orders.invoice_key = invoices.invoice_key

    where orders.has_net_units

),

drawn_customers as (

    select customer_key from numbered_orders
    where
        order_number = 1
        and order_count > 1
    order by draw, customer_key
    limit {{ var('stability_customer_limit') }}

),

drawn_orders as (

    select numbered_orders.*
    from numbered_orders

    inner join drawn_customers
        on numbered_orders.customer_key = drawn_customers.customer_key

),

parts as (

    select
        drawn_orders.customer_key,
        drawn_orders.invoice_key,
        cast(numbers.generated_number as bigint) as first_order_count,
        drawn_orders.order_number <= numbers.generated_number as is_first

    from drawn_orders

    inner join numbers
        on drawn_orders.order_count > numbers.generated_number

),

final as (

    select
        ---------- ids
        parts.customer_key,
        stock_codes.stock_code,

        ---------- numbers
        parts.first_order_count,
        count(distinct parts.invoice_key) as order_count,

        ---------- booleans
        parts.is_first

    from parts

    inner join sale_lines
        on
            parts.customer_key = sale_lines.customer_key
            and parts.invoice_key = sale_lines.invoice_key

    inner join stock_codes
        on sale_lines.item_key = stock_codes.item_key

    where sale_lines.net_unit_count > 0
    group by
        parts.customer_key, stock_codes.stock_code, parts.first_order_count, parts.is_first

)

select * from final
