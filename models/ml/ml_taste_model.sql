with

parameters as (

    select * from {{ ref('ml_model_parameters') }}

),

models as (

    select * from {{ ref('ml_models') }}

),

final as (

    select
        parameters.parameter,
        parameters.feature as stock_code,
        parameters.component,
        parameters.cluster_id,
        parameters.value

    from parameters

    inner join models
        on parameters.model_version = models.model_version

    where
        models.is_in_force
        and parameters.axis = 'taste'
        and parameters.parameter in ('idf', 'loading', 'centroid')

)

select * from final
