with

parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

in_force as (

    select parameters.*
    from parameters

    inner join models
        on parameters.model_version = models.model_version

    where models.is_in_force

),

labelings as (

    select
        axis,
        max(value) filter (where parameter = 'stability_mean') as stability_mean,
        max(value) filter (where parameter = 'stability_p10') as stability_p10

    from in_force
    where parameter in ('stability_mean', 'stability_p10')
    group by 1

),

final as (

    select
        ---------- ids
        in_force.model_version,

        ---------- strings
        in_force.axis,
        in_force.feature as cluster_name,

        ---------- numbers
        in_force.value as jaccard,
        labelings.stability_mean,
        labelings.stability_p10,

        ---------- booleans
        in_force.axis = 'segment' and in_force.value < {{ var('segment_jaccard_min') }}
            as is_dissolving,
        in_force.axis = 'segment' and labelings.stability_mean < {{ var('stability_min') }}
            as is_unstable

    from in_force

    inner join labelings
        on in_force.axis = labelings.axis

    where in_force.parameter = 'jaccard'

)

select * from final
