with

lines as (

    select * from {{ ref('stg_online_retail__written_lines') }}

),

values_of_lines as (

    select * from {{ ref('stg_online_retail__order_values') }}

),

source as (

    select * from {{ invoice_lines() }}

),

invoices as (

    select distinct
        invoice_key,
        is_cancellation,
        is_adjustment

    from {{ ref('stg_online_retail__invoices') }}

),

currencies as (

    select distinct
        currency_key,
        is_of_shop

    from {{ ref('stg_online_retail__currencies') }}

),

exchange_rates as (

    select * from {{ ref('stg_online_retail__exchange_rates') }}

),

-- What the file leaves blank only: a word for nobody says that the customer is not known.
filled as (

    select
        lines.line_id,
        values_of_lines.invoice_key,
        lines.item_key,
        lines.written_item_key,
        lines.description_key,
        lines.file_key,
        lines.is_line,
        lines.invoice_key as own_invoice_key,
        lines.customer_key as own_customer_key,
        lines.country_key as own_country_key,
        lines.currency_key as own_currency_key,
        lines.invoiced_at as own_invoiced_at,
        source.quantity,
        source.unit_price,
        source.customer_id,
        source.overflow_text,
        -- Where the invoice is named, a status left blank is already that of the order.
        lines.is_void or (
            lines.invoice_key is null
            and values_of_lines.is_void
            and coalesce(source.quantity > 0, false)
        ) as is_void,
        coalesce(
            lines.customer_key,
            case when {{ is_blank('source.customer_id') }} then values_of_lines.customer_key end
        ) as customer_key,
        coalesce(
            lines.country_key,
            case when {{ is_blank('source.country') }} then values_of_lines.country_key end
        ) as country_key,
        coalesce(lines.currency_key, values_of_lines.currency_key) as currency_key,
        coalesce(
            lines.invoiced_at,
            case
                when {{ is_blank('source.invoice_date_text') }} then values_of_lines.invoiced_at
            end
        ) as invoice_date

    from values_of_lines

    inner join lines
        on values_of_lines.line_id = lines.line_id

    inner join source
        on values_of_lines.line_id = source.line_number

    where lines.invoice_key is not null or {{ is_blank('source.invoice_no') }}

),

rated as (

    select
        filled.*,
        coalesce(not currencies.is_of_shop, false) as is_foreign,
        exchange_rates.rate,
        invoices.is_cancellation as is_marked_cancellation,
        invoices.is_adjustment

    from filled

    inner join invoices
        on filled.invoice_key = invoices.invoice_key

    left join currencies
        on filled.currency_key = currencies.currency_key

    left join exchange_rates
        on
            filled.currency_key = exchange_rates.currency_key
            and {{ holds_at('exchange_rates', 'filled.invoice_date') }}

    where
        filled.own_invoice_key is null
        or filled.own_customer_key is distinct from filled.customer_key
        or filled.own_country_key is distinct from filled.country_key
        or filled.own_currency_key is distinct from filled.currency_key
        or filled.own_invoiced_at is distinct from filled.invoice_date

),

priced as (

    select
        *,
        {{ shop_price() | indent(8) }} as shop_price

    from rated

),

valued as (

    select
        *,
        {{ line_value('quantity', 'shop_price') }} as line_value

    from priced

),

final as (

    select
        {{ line_columns(unreadable_column()) | indent(8) }}

    from valued

)

select * from final
