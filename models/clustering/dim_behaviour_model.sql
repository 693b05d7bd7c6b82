with

stored_parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

model_in_force as (

    select * from {{ ref('dim_models') }}
    where is_in_force

),

parameters as (

    {{ model_parameters('behaviour', 'stored_parameters', 'model_in_force') | indent(4) }}

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
