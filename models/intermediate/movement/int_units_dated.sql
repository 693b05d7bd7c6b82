with

sale_lines as (

    select * from {{ ref('fct_sale_lines') }}

),

matches as (

    select * from {{ ref('int_cancellations_matched') }}

),

cancellations as (

    select * from {{ ref('fct_cancellations') }}

),

-- A cancellation takes the same units whatever comes after it, so the matches of an earlier build
-- are those of this one whose cancellations it had seen.
changes as (

    select
        customer_id,
        invoice_id,
        stock_code,
        sold_unit_count as unit_count,
        sold_gbp as net_sales_gbp,
        invoiced_at

    from sale_lines

    union all

    select
        sale_lines.customer_id,
        sale_lines.invoice_id,
        sale_lines.stock_code,
        -matches.unit_count as unit_count,
        cast(-matches.unit_count * sale_lines.unit_price_gbp as decimal(18, 4)) as net_sales_gbp,
        cancellations.invoiced_at

    from matches

    inner join sale_lines
        on matches.sale_line_id = sale_lines.line_id

    inner join cancellations
        on matches.cancellation_line_id = cancellations.line_id

),

final as (

    select
        ---------- ids
        customer_id,
        invoice_id,
        stock_code,

        ---------- numbers
        unit_count,
        net_sales_gbp,

        ---------- dates
        invoiced_at,
        cast({{ dbt.date_trunc('month', 'invoiced_at') }} as date) as month_start_date

    from changes

)

select * from final
