with

parameters as (

    select * from {{ ref('ml_taste_model') }}

),

final as (

    select
        ---------- ids
        stock_code,
        cluster_id,
        component,

        ---------- strings
        parameter,

        ---------- numbers
        value

    from parameters

)

select * from final
