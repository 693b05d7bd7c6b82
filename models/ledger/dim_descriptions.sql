with

descriptions as (

    select * from {{ ref('stg_online_retail__descriptions') }}

),

final as (

    select distinct
        description_key,
        item_description

    from descriptions

)

select * from final
