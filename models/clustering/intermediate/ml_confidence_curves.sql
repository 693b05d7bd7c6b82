with

parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

models as (

    select * from {{ ref('ml_models') }}

),

points as (

    select
        parameters.axis,
        parameters.component as curve_point,
        max(parameters.value) filter (where parameters.parameter = 'curve_margin') as margin,
        max(parameters.value) filter (where parameters.parameter = 'curve_agreed') as agreed

    from parameters

    inner join models
        on parameters.model_version = models.model_version

    where
        models.is_in_force
        and parameters.parameter in ('curve_margin', 'curve_agreed')
    group by 1, 2

),

final as (

    select
        axis,
        curve_point,
        margin as margin_from,
        lead(margin) over (partition by axis order by curve_point) as margin_to,
        agreed as agreed_from,
        lead(agreed) over (partition by axis order by curve_point) as agreed_to

    from points

)

select * from final
