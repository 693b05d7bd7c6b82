with

parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

request as (

    select * from {{ ref('ml_fit_decision') }}

),

facts as (

    select
        model_version,
        max(value) filter (where parameter = 'compared_model_version') as compared_model_version,
        max(text) filter (where parameter = 'fit_reason') as fit_reason,
        max(text) filter (where parameter = 'decision') as decision,
        max(text) filter (where parameter = 'decision_reason') as decision_reason,
        max(text) filter (where parameter = 'settings') as settings,
        max(text) filter (where parameter = 'library_versions') as library_versions,
        max(value) filter (where parameter = 'random_seed') as random_seed,
        max(value) filter (where parameter = 'customer_count') as customer_count,
        max(value) filter (where parameter = 'item_count') as item_count,
        max(value) filter (where parameter = 'behaviour_cluster_count') as behaviour_cluster_count,
        max(value) filter (where parameter = 'taste_cluster_count') as taste_cluster_count,
        max(value) filter (where parameter = 'smallest_segment_share') as smallest_segment_share,
        max(value) filter (where parameter = 'largest_segment_share') as largest_segment_share,
        max(value) filter (where parameter = 'changed_customer_share') as changed_customer_share,
        max(value) filter (where parameter = 'adjusted_rand_index') as adjusted_rand_index,
        cast(max(text) filter (where parameter = 'as_of_date') as date) as as_of_date

    from parameters
    where axis = 'model'
    group by 1

),

stability as (

    select
        model_version,
        max(value) filter (where axis = 'behaviour') as behaviour_stability,
        max(value) filter (where axis = 'taste') as taste_stability,
        max(value) filter (where axis = 'segment') as segment_stability

    from parameters
    where parameter = 'stability_mean'
    group by 1

),

final as (

    select
        facts.*,
        stability.behaviour_stability,
        stability.taste_stability,
        stability.segment_stability,
        coalesce(
            facts.model_version = case
                when request.is_fit and requested.decision = 'accepted' then request.model_version
                else request.stored_model_version
            end,
            false
        ) as is_in_force

    from facts

    cross join request

    left join facts as requested
        on request.model_version = requested.model_version

    left join stability
        on facts.model_version = stability.model_version

)

select * from final
