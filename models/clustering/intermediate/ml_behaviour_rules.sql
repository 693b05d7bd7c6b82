with

stored_parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

parameters as (

    select
        stored_parameters.cluster_id,
        stored_parameters.component as box_number,
        stored_parameters.parameter,
        stored_parameters.value

    from stored_parameters

    inner join models
        on stored_parameters.model_version = models.model_version

    where
        models.is_in_force
        and stored_parameters.parameter like 'rule%'

),

final as (

    select
        cluster_id,
        box_number,
        max(value) filter (where parameter = 'rule_worth_above') as worth_above,
        max(value) filter (where parameter = 'rule_worth_up_to') as worth_up_to,
        max(value) filter (where parameter = 'rule_recency_days_above') as recency_days_above,
        max(value) filter (where parameter = 'rule_recency_days_up_to') as recency_days_up_to,
        max(value) filter (where parameter = 'rule_worth_per_day_above') as worth_per_day_above,
        max(value) filter (where parameter = 'rule_worth_per_day_up_to') as worth_per_day_up_to

    from parameters
    group by 1, 2

)

select * from final
