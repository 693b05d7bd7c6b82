with

parameters as (

    select * from {{ ref('ml_behaviour_model') }}

),

final as (

    select
        ---------- ids
        cluster_id,

        ---------- strings
        parameter,
        feature,

        ---------- numbers
        value

    from parameters

)

select * from final
