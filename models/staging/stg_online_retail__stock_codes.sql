with

source as (

    select distinct stock_code
    from {{ invoice_lines() }}

),

trimmed as (

    select
        stock_code as written_stock_code,
        {{ trimmed('stock_code') }} as stock_code

    from source

),

unguarded as (

    select
        written_stock_code,
        upper({{ whole_number_id('stock_code') }}) as stock_code

    from trimmed

),

renamed as (

    select
        written_stock_code,
        {{ blank_to_null('stock_code') }} as stock_code

    from unguarded

),

final as (

    select
        {{ text_key('stock_code') }} as item_key,
        stock_code,
        {{ text_key('written_stock_code') }} as written_item_key,
        written_stock_code

    from renamed
    where
        stock_code is not null
        and not {{ is_rounded_id('stock_code') }}

)

select * from final
