with

source as (

    select * from {{ invoice_lines() }}

),

invoices as (

    select * from {{ ref('stg_online_retail__invoices') }}

),

-- An id is a number or a text, as its file holds it.
customer_numbers as (

    select * from {{ ref('stg_online_retail__customers') }}
    where customer_number is not null

),

customer_texts as (

    select * from {{ ref('stg_online_retail__customers') }}
    where customer_number is null

),

stock_codes as (

    select * from {{ ref('stg_online_retail__stock_codes') }}

),

descriptions as (

    select * from {{ ref('stg_online_retail__descriptions') }}

),

countries as (

    select * from {{ ref('stg_online_retail__countries') }}

),

currencies as (

    select * from {{ ref('stg_online_retail__currencies') }}

),

exchange_rates as (

    select * from {{ ref('stg_online_retail__exchange_rates') }}

),

files as (

    select * from {{ ref('stg_online_retail__files') }}

),

keyed as (

    select
        source.*,
        source.line_number as line_id,
        source.void_status is not null as is_void,
        coalesce(not currencies.is_of_shop, false) as is_foreign,
        exchange_rates.rate,
        currencies.currency_key,
        invoices.invoice_key,
        invoices.is_cancellation as is_marked_cancellation,
        invoices.is_adjustment,
        coalesce(customer_numbers.customer_key, customer_texts.customer_key) as customer_key,
        stock_codes.item_key,
        stock_codes.written_item_key,
        descriptions.description_key,
        countries.country_key,
        files.file_key

    from source

    left join invoices
        on source.invoice_no = invoices.written_invoice_no

    left join customer_numbers
        on source.customer_number = customer_numbers.customer_number

    left join customer_texts
        on source.customer_id = customer_texts.written_customer_id

    left join stock_codes
        on source.stock_code = stock_codes.written_stock_code

    left join descriptions
        on source.description = descriptions.written_description

    left join countries
        on source.country = countries.written_country

    left join currencies
        on source.currency = currencies.written_currency

    left join exchange_rates
        on
            currencies.currency_key = exchange_rates.currency_key
            and {{ holds_at('exchange_rates', 'source.invoice_date') }}

    left join files
        on source.file_path = files.file_path

),

priced as (

    select
        *,
        {{ no_line_reason() | indent(8) }} as no_line_reason,
        {{ shop_price() | indent(8) }} as shop_price

    from keyed

),

valued as (

    select
        *,
        no_line_reason is null as is_line,
        {{ line_value('quantity', 'shop_price') }} as line_value

    from priced

),

final as (

    select
        {{ line_columns('coalesce(no_line_reason, ' ~ unreadable_column() ~ ')') | indent(8) }}

    from valued

)

select * from final
