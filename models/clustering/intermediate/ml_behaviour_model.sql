with

stored_parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

model_in_force as (

    select * from {{ ref('ml_models') }}
    where is_in_force

),

final as (

    {{ model_parameters('behaviour', 'stored_parameters', 'model_in_force') | indent(4) }}

)

select * from final
