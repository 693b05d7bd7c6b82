with

customers as (

    select * from {{ ref('stg_online_retail__customers') }}

),

final as (

    select distinct
        customer_key,
        customer_id

    from customers

)

select * from final
