{{ config(enabled=(var('invoice_lines_relation') != '')) }}
{%- set columns = given_columns() %}
{%- set text, number, whole = dbt.type_string(), 'decimal(18, 4)', 'int' %}
with

source as (

    select * from {{ given_relation() }}

),

typed as (

    select
        cast({{ columns.invoice_no }} as {{ text }}) as invoice_no,
        cast({{ columns.stock_code }} as {{ text }}) as stock_code,
        cast({{ columns.description }} as {{ text }}) as description,
        try_cast({{ columns.quantity }} as {{ number }}) as quantity_number,
        cast({{ columns.quantity }} as {{ text }}) as written_quantity,
        try_cast({{ columns.invoice_date }} as timestamp) as invoice_date,
        cast({{ columns.invoice_date }} as {{ text }}) as written_invoice_date,
        try_cast({{ columns.unit_price }} as {{ number }}) as unit_price,
        cast({{ columns.unit_price }} as {{ text }}) as written_unit_price,
        cast({{ columns.customer_id }} as {{ text }}) as customer_id,
        cast({{ columns.country }} as {{ text }}) as country

    from source

),

whole_units as (

    select
        *,
        case when quantity_number % 1 = 0 then try_cast(quantity_number as {{ whole }}) end as quantity

    from typed

),

final as (

    select
        -- A relation has no order: lines get one that every column has a part in, equal lines any.
        row_number() over (
            order by
                invoice_date, invoice_no, stock_code, customer_id, description, country,
                written_quantity, written_unit_price, written_invoice_date
        ) as line_number,
        invoice_no,
        stock_code,
        description,
        quantity,
        case when quantity is null then written_quantity end as quantity_text,
        invoice_date,
        case when invoice_date is null then written_invoice_date end as invoice_date_text,
        unit_price,
        case when unit_price is null then written_unit_price end as unit_price_text,
        cast(null as {{ text }}) as currency,
        cast(null as bigint) as customer_number,
        customer_id,
        country,
        cast(null as {{ text }}) as overflow_text,
        false as is_header,
        cast(null as {{ text }}) as void_status,
        {{ quoted(var('invoice_lines_relation')) }} as file_name,
        {{ quoted(var('invoice_lines_relation')) }} as file_path

    from whole_units

)

select * from final
