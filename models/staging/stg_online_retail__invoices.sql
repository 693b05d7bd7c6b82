with

source as (

    select distinct invoice_no
    from {{ invoice_lines() }}

),

trimmed as (

    select
        invoice_no as written_invoice_no,
        {{ trimmed('invoice_no') }} as invoice_no

    from source

),

unguarded as (

    select
        written_invoice_no,
        upper({{ whole_number_id('invoice_no') }}) as invoice_no

    from trimmed

),

renamed as (

    select
        written_invoice_no,
        {{ blank_to_null('invoice_no') }} as invoice_id

    from unguarded

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
    where
        invoice_id is not null
        and not {{ is_rounded_id('invoice_id') }}

)

select * from final
