{{ config(
    materialized='incremental',
    tags=['by_customer'],
    pre_hook='{{ forget_touched_customers() }}'
) }}
with

sale_lines as (

    select * from {{ ref('fct_sale_lines') }}
    {{ of_touched_customers() }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    {{ of_touched_customers() }}

),

final as (

    select
        ---------- ids
        sale_lines.customer_id,
        sale_lines.stock_code,

        ---------- numbers
        -- Few orders hold an item twice: in all others lines are orders, and nothing is compared.
        count(*) filter (where orders.line_count = orders.item_count)
        + count(distinct sale_lines.invoice_id) filter (
            where orders.line_count > orders.item_count
        ) as order_count,
        count(*) as line_count,
        cast(sum(sale_lines.unit_count) as bigint) as unit_count,
        cast(sum(sale_lines.net_sales_gbp) as decimal(18, 4)) as net_sales_gbp,

        ---------- dates
        cast(min(sale_lines.invoiced_at) as date) as first_bought_date,
        cast(max(sale_lines.invoiced_at) as date) as last_bought_date

    from sale_lines

    inner join orders
        on
            sale_lines.customer_id = orders.customer_id
            and sale_lines.invoice_id = orders.invoice_id

    where sale_lines.unit_count > 0
    group by 1, 2

)

select * from final
