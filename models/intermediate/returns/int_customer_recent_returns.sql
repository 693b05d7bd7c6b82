with

cancellations as (

    select * from {{ ref('fct_cancellations') }}

),

matches as (

    select * from {{ ref('int_cancellations_matched') }}

),

sale_lines as (

    select * from {{ ref('fct_sale_lines') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

recent_cancellations as (

    select cancellations.line_id

    from cancellations

    cross join as_of

    where
        {{ dbt.datediff('cast(cancellations.invoiced_at as date)', 'as_of.as_of_date', 'day') }}
        <= {{ var('audience_return_days') }}

),

returned_orders as (

    select
        sale_lines.customer_id,
        sale_lines.invoice_id,
        sum(matches.unit_count * sale_lines.unit_price_gbp) as returned_gbp

    from recent_cancellations

    inner join matches
        on recent_cancellations.line_id = matches.cancellation_line_id

    inner join sale_lines
        on matches.sale_line_id = sale_lines.line_id

    group by 1, 2

),

final as (

    select
        ---------- ids
        returned_orders.customer_id,

        ---------- numbers
        count(*) as order_count,
        cast(sum(returned_orders.returned_gbp) as decimal(18, 4)) as returned_gbp,
        cast(sum(orders.sold_gbp) as decimal(18, 4)) as sold_gbp,
        cast(sum(returned_orders.returned_gbp) as double)
        / nullif(cast(sum(orders.sold_gbp) as double), 0) as returned_share

    from returned_orders

    inner join orders
        on
            returned_orders.customer_id = orders.customer_id
            and returned_orders.invoice_id = orders.invoice_id

    group by 1

)

select * from final
