{#- Lines that cannot be used stop the build here, before anything is made of them. -#}
{{ config(post_hook=['{{ check_malformed_share() }}', '{{ check_far_lines() }}']) }}
{#- Tills write something when they know nobody: that is not one large customer. -#}
{%- set nobody = ['0', '0.0', '?', 'na', 'nil', 'guest', 'anonymous', 'unknown'] %}

with

source as (

    select * from {{ source('online_retail', 'invoice_lines') }}

),

trimmed as (

    select
        line_number,
        {{ trimmed('invoice_no') }} as invoice_no,
        customer_number,
        {{ trimmed('customer_id') }} as customer_id,
        {{ trimmed('stock_code') }} as stock_code,
        stock_code as written_stock_code,
        {{ trimmed('description') }} as description,
        {{ trimmed('country') }} as country,
        file_name,
        file_path,
        quantity,
        unit_price,
        invoice_date,
        quantity_text,
        unit_price_text,
        invoice_date_text,
        overflow_text

    from source

),

renamed as (

    select
        ---------- ids
        line_number as line_id,
        {{ blank_to_null('upper(invoice_no)') }} as invoice_id,
        case
            when customer_number is not null
                then nullif(cast(customer_number as {{ dbt.type_string() }}), '0')
            else {{ whole_number_id(blank_to_null('customer_id', or_words=nobody)) }}
        end as customer_id,
        {{ blank_to_null('upper(stock_code)') }} as stock_code,
        written_stock_code,

        ---------- strings
        {{ blank_to_null('description') }} as item_description,
        {{ blank_to_null('country') }} as country,
        file_name,
        file_path,

        ---------- numbers
        quantity,
        unit_price,
        {{ line_value('quantity', 'unit_price') }} as line_value,

        ---------- timestamps
        invoice_date as invoiced_at,

        ---------- as written, for the lines that cannot be read
        quantity_text,
        unit_price_text,
        invoice_date_text,
        overflow_text

    from trimmed

),

flagged as (

    select
        *,
        case
            -- First: fields too many mean that the others are not what they seem.
            when overflow_text is not null then 'more fields than columns'
            when invoice_id is null then 'invoice number'
            when stock_code is null then 'stock code'
            when quantity is null then 'quantity'
            when unit_price is null then 'unit price'
            when line_value is null then 'line value'
            when invoiced_at is null then 'invoice date'
        end as unreadable_column,
        -- Not every shop marks its returns: units that come back at a price are one, too.
        coalesce(
            {{ is_marked_invoice('invoice_id', 'C') }} or (quantity < 0 and unit_price > 0),
            false
        ) as is_cancellation

    from renamed

),

final as (

    select
        ---------- ids
        line_id,
        invoice_id,
        customer_id,
        stock_code,
        nullif(written_stock_code, stock_code) as written_stock_code,

        ---------- strings
        item_description,
        country,
        file_name,
        file_path,
        unreadable_column,
        case unreadable_column
            when 'quantity' then quantity_text
            when 'unit price' then unit_price_text
            when 'line value'
                then
                    coalesce(quantity_text, cast(quantity as {{ dbt.type_string() }}))
                    || ' x '
                    || coalesce(unit_price_text, cast(unit_price as {{ dbt.type_string() }}))
            when 'invoice date' then invoice_date_text
            when 'more fields than columns' then overflow_text
        end as unreadable_text,

        ---------- numbers
        quantity,
        unit_price,
        line_value,

        ---------- booleans
        is_cancellation,

        ---------- timestamps
        invoiced_at

    from flagged

)

select * from final
