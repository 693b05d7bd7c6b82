with

source as (

    select distinct invoice_no
    from {{ source('online_retail', 'invoice_lines') }}

),

trimmed as (

    select
        invoice_no as written_invoice_no,
        upper({{ trimmed('invoice_no') }}) as invoice_no

    from source

),

renamed as (

    select
        written_invoice_no,
        {{ blank_to_null('invoice_no') }} as invoice_id

    from trimmed

),

final as (

    select
        ---------- ids
        {{ text_key('invoice_id') }} as invoice_key,
        invoice_id,
        written_invoice_no,

        ---------- booleans
        {{ is_marked_invoice('invoice_id', 'C') }} as is_cancellation,
        {{ is_marked_invoice('invoice_id', 'A') }} as is_adjustment

    from renamed
    where invoice_id is not null

)

select * from final
