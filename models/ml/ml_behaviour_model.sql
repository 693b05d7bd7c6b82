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
        parameters.feature,
        parameters.cluster_id,
        parameters.value

    from parameters

    inner join models
        on parameters.model_version = models.model_version

    where
        models.is_in_force
        and parameters.axis = 'behaviour'
        and parameters.parameter in ('clip_low', 'clip_high', 'mean', 'scale', 'centroid')

)

select * from final
