{{ config(materialized='view') }}
with

lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

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

final as (

    select
        ---------- ids
        lines.line_id,
        invoices.invoice_id,
        customers.customer_id,
        stock_codes.stock_code,

        ---------- strings
        descriptions.item_description,

        ---------- numbers
        lines.unit_price,
        lines.sold_unit_count,
        lines.returned_unit_count,
        lines.net_unit_count,
        cast(lines.sold_unit_count * lines.unit_price as decimal(18, 4)) as sold_value,
        cast(lines.returned_unit_count * lines.unit_price as decimal(18, 4)) as returned_value,
        lines.net_sales,

        ---------- booleans
        lines.is_item_repeated,

        ---------- timestamps
        lines.invoiced_at

    from lines

    inner join invoices
        on lines.invoice_key = invoices.invoice_key

    inner join customers
        on lines.customer_key = customers.customer_key

    inner join stock_codes
        on lines.item_key = stock_codes.item_key

    left join descriptions
        on lines.description_key = descriptions.description_key

)

select * from final
