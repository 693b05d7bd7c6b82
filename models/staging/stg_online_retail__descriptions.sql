with

source as (

    select distinct description
    from {{ invoice_lines() }}

),

trimmed as (

    select
        description as written_description,
        {{ trimmed('description') }} as description

    from source

),

renamed as (

    select
        written_description,
        {{ blank_to_null('description') }} as item_description

    from trimmed

),

final as (

    select
        {{ text_key('item_description') }} as description_key,
        item_description,
        written_description

    from renamed
    where item_description is not null

)

select * from final
