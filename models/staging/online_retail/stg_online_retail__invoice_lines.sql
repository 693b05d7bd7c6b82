with

source as (

    select * from {{ source('online_retail', 'invoice_lines') }}

),

renamed as (

    select
        ---------- ids
        upper({{ blank_to_null('invoice_no') }}) as invoice_id,
        {{ whole_number_id(blank_to_null('customer_id')) }} as customer_id,
        upper({{ blank_to_null('stock_code') }}) as stock_code,
        stock_code as written_stock_code,

        ---------- strings
        {{ blank_to_null('description') }} as item_description,
        {{ blank_to_null('country') }} as country,
        file_name,

        ---------- numbers
        quantity,
        unit_price as unit_price_gbp,
        try_cast(quantity * unit_price as decimal(18, 4)) as line_gbp,

        ---------- timestamps
        invoice_date as invoiced_at

    from source

),

flagged as (

    select
        *,
        case
            when invoice_id is null then 'invoice number'
            when stock_code is null then 'stock code'
            when quantity is null then 'quantity'
            when unit_price_gbp is null then 'unit price'
            when line_gbp is null then 'line value'
            when invoiced_at is null then 'invoice date'
        end as unreadable_column,
        coalesce(invoice_id like 'C%', false) as is_cancellation

    from renamed

)

select * from flagged
