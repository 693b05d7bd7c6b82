{{ config(materialized='view') }}
with

lines as (

    select * from {{ ref('int_line_dispositions') }}

),

invoices as (

    select * from {{ ref('dim_invoices') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

descriptions as (

    select * from {{ ref('dim_descriptions') }}

),

currencies as (

    select distinct
        currency_key,
        currency

    from {{ ref('stg_online_retail__currencies') }}

),

final as (

    select
        ---------- ids
        lines.line_id,
        invoices.invoice_id,
        customers.customer_id,
        stock_codes.stock_code,

        ---------- strings
        descriptions.item_description,
        coalesce(currencies.currency, {{ quoted(var('currency')) }}) as currency,
        lines.disposition,
        lines.reason,

        ---------- numbers
        lines.quantity,
        lines.unit_price,
        coalesce(lines.written_unit_price, lines.unit_price) as written_unit_price,
        lines.line_value,

        ---------- booleans
        lines.is_item_repeated,
        lines.is_filled,

        ---------- timestamps
        lines.invoiced_at

    from lines

    left join invoices
        on lines.invoice_key = invoices.invoice_key

    left join customers
        on lines.customer_key = customers.customer_key

    left join stock_codes
        on lines.item_key = stock_codes.item_key

    left join descriptions
        on lines.description_key = descriptions.description_key

    left join currencies
        on lines.currency_key = currencies.currency_key

)

select * from final
