with

stored_parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

model_before as (

    select * from {{ ref('ml_model_previous') }}

),

final as (

    {{ model_parameters('behaviour', 'stored_parameters', 'model_before') | indent(4) }}

)

select * from final
