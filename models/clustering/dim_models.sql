with

parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

decision as (

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
        ---------- ids
        facts.model_version,
        cast(facts.compared_model_version as {{ dbt.type_bigint() }}) as compared_model_version,

        ---------- strings
        facts.fit_reason,
        facts.decision,
        facts.decision_reason,
        facts.settings,
        facts.library_versions,

        ---------- numbers
        cast(facts.random_seed as {{ dbt.type_bigint() }}) as random_seed,
        cast(facts.customer_count as {{ dbt.type_bigint() }}) as customer_count,
        cast(facts.item_count as {{ dbt.type_bigint() }}) as item_count,
        cast(facts.behaviour_cluster_count as {{ dbt.type_bigint() }}) as behaviour_cluster_count,
        cast(facts.taste_cluster_count as {{ dbt.type_bigint() }}) as taste_cluster_count,
        facts.smallest_segment_share,
        facts.largest_segment_share,
        facts.changed_customer_share,
        facts.adjusted_rand_index,
        stability.behaviour_stability,
        stability.taste_stability,
        stability.segment_stability,

        ---------- booleans
        coalesce(
            facts.model_version = case
                when decision.is_fit and decided.decision = 'accepted' then decision.model_version
                else decision.stored_model_version
            end,
            false
        ) as is_in_force,

        ---------- dates
        facts.as_of_date

    from facts

    cross join decision

    left join facts as decided
        on decision.model_version = decided.model_version

    left join stability
        on facts.model_version = stability.model_version

)

select * from final
