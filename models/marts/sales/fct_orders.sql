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

repeats as (

    select * from {{ ref('int_invoice_lines_repeated') }}

),

final as (

    select
        ---------- ids
        sale_lines.customer_id,
        sale_lines.invoice_id,

        ---------- numbers
        count(*) filter (where sale_lines.unit_count > 0) as line_count,
        -- One line holds most items of an order: only the others need to be told apart.
        count(*) filter (where sale_lines.unit_count > 0 and repeats.line_id is null)
        + count(distinct sale_lines.stock_code) filter (
            where sale_lines.unit_count > 0 and repeats.line_id is not null
        ) as item_count,
        cast(sum(sale_lines.sold_unit_count) as bigint) as sold_unit_count,
        cast(sum(sale_lines.returned_unit_count) as bigint) as returned_unit_count,
        cast(sum(sale_lines.unit_count) as bigint) as unit_count,
        cast(sum(sale_lines.sold_gbp) as decimal(18, 4)) as sold_gbp,
        cast(sum(sale_lines.returned_gbp) as decimal(18, 4)) as returned_gbp,
        cast(sum(sale_lines.net_sales_gbp) as decimal(18, 4)) as net_sales_gbp,
        count(*) filter (
            where sale_lines.unit_count >= {{ var('wholesale_line_units') }}
        ) as wholesale_line_count,

        ---------- booleans
        sum(sale_lines.unit_count) > 0 as is_kept,

        ---------- dates
        -- Some invoices run over two minutes: an order begins with its first line.
        min(sale_lines.invoiced_at) as ordered_at,
        cast(min(sale_lines.invoiced_at) as date) as order_date

    from sale_lines

    left join repeats
        on sale_lines.line_id = repeats.line_id

    group by 1, 2

)

select * from final
