{#- Lines that cannot be used stop the build here, before anything is made of them. -#}
{{ config(post_hook=['{{ check_malformed_share() }}', '{{ check_far_lines() }}']) }}
with

source as (

    select * from {{ source('online_retail', 'invoice_lines') }}

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

files as (

    select * from {{ ref('stg_online_retail__files') }}

),

keyed as (

    select
        source.*,
        {{ line_value('source.quantity', 'source.unit_price') }} as line_value,
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

    left join files
        on source.file_path = files.file_path

),

flagged as (

    select
        *,
        case
            -- First: fields too many mean that the others are not what they seem.
            when overflow_text is not null then 'more fields than columns'
            when invoice_key is null then 'invoice number'
            when item_key is null then 'stock code'
            when quantity is null then 'quantity'
            when unit_price is null then 'unit price'
            when line_value is null then 'line value'
            when invoice_date is null then 'invoice date'
        end as unreadable_column

    from keyed

),

final as (

    select
        ---------- ids
        line_number as line_id,
        invoice_key,
        customer_key,
        item_key,
        written_item_key,
        description_key,
        country_key,
        file_key,

        ---------- strings
        unreadable_column,

        ---------- numbers
        quantity,
        unit_price,
        line_value,

        ---------- booleans
        -- Not every shop marks its returns: units that come back at a price are one, too.
        coalesce(is_marked_cancellation or (quantity < 0 and unit_price > 0), false)
            as is_cancellation,
        coalesce(is_adjustment, false) as is_adjustment,
        void_status is not null as is_void,

        ---------- timestamps
        invoice_date as invoiced_at

    from flagged

)

select * from final
