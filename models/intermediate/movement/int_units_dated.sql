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

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

bounds as (

    select
        min(as_of_date) as first_as_of_date,
        max(as_of_date) as last_as_of_date

    from month_ends

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

months as (

    select
        *,
        {{ dbt.date_trunc('month', 'invoiced_at') }} as month_start

    from changes

),

final as (

    select
        ---------- ids
        months.customer_id,
        months.invoice_id,
        months.stock_code,

        ---------- numbers
        months.unit_count,
        months.net_sales_gbp,

        ---------- dates
        months.invoiced_at,
        cast(
            greatest(
                bounds.first_as_of_date,
                least(
                    bounds.last_as_of_date,
                    cast({{ dbt.dateadd('month', 1, 'months.month_start') }} as date)
                )
            ) as date
        ) as as_of_date

    from months

    cross join bounds

)

select * from final
