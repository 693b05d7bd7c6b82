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
        sale_lines.stock_code,

        ---------- numbers
        -- Of most orders one line holds the item: only the others need to be told apart.
        count(*) filter (where repeats.line_id is null)
        + count(distinct sale_lines.invoice_id) filter (where repeats.line_id is not null)
            as order_count,
        count(*) as line_count,
        cast(sum(sale_lines.unit_count) as bigint) as unit_count,
        cast(sum(sale_lines.net_sales_gbp) as decimal(18, 4)) as net_sales_gbp,

        ---------- dates
        cast(min(sale_lines.invoiced_at) as date) as first_bought_date,
        cast(max(sale_lines.invoiced_at) as date) as last_bought_date

    from sale_lines

    left join repeats
        on sale_lines.line_id = repeats.line_id

    where sale_lines.unit_count > 0
    group by 1, 2

)

select * from final
