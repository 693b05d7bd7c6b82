with

source as (

    select distinct country
    from {{ invoice_lines() }}

),

trimmed as (

    select
        country as written_country,
        {{ trimmed('country') }} as country

    from source

),

renamed as (

    select
        written_country,
        {{ blank_to_null('country') }} as country

    from trimmed

),

final as (

    select
        {{ text_key('country') }} as country_key,
        country,
        written_country

    from renamed
    where country is not null

)

select * from final
