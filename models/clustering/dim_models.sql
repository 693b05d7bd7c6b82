{#- Segments that do not come back stop the build; behaviours that hide clearer groups are told. -#}
{{ config(post_hook=['{{ check_stability() }}', '{{ check_groups() }}']) }}
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

fits as (

    select
        model_version,
        axis,
        max(value) filter (where parameter = 'stability_mean') as stability,
        max(value) filter (where parameter = 'step_count') as step_count,
        max(value) filter (where parameter = 'is_converged') = 1 as is_converged,
        max(value) filter (where parameter = 'inertia') as inertia,
        max(value) filter (where parameter = 'inertia')
        / nullif(max(value) filter (where parameter = 'plain_inertia'), 0) as inertia_ratio,
        max(value) filter (where parameter = 'silhouette') as silhouette,
        max(value) filter (where parameter = 'plain_stability') as plain_stability,
        max(value) filter (where parameter = 'plain_silhouette') as plain_silhouette,
        max(value) filter (where parameter = 'clearest_group_count') as clearest_group_count,
        max(value) filter (
            where parameter = 'clearest_group_silhouette'
        ) as clearest_group_silhouette

    from parameters
    where axis in ('behaviour', 'taste', 'segment')
    group by 1, 2

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
        behaviour.stability as behaviour_stability,
        taste.stability as taste_stability,
        segment.stability as segment_stability,
        {%- for axis in ['behaviour', 'taste'] %}
            cast({{ axis }}.step_count as {{ dbt.type_bigint() }}) as {{ axis }}_step_count,
            {{ axis }}.inertia as {{ axis }}_inertia,
            {{ axis }}.inertia_ratio as {{ axis }}_inertia_ratio,
            {{ axis }}.silhouette as {{ axis }}_silhouette,
            {{ axis }}.plain_stability as {{ axis }}_plain_stability,
            {{ axis }}.plain_silhouette as {{ axis }}_plain_silhouette,
        {%- endfor %}
        cast(behaviour.clearest_group_count as {{ dbt.type_bigint() }}) as clearest_group_count,
        behaviour.clearest_group_silhouette,

        ---------- booleans
        behaviour.is_converged as is_behaviour_converged,
        taste.is_converged as is_taste_converged,
        -- Some plain clusters are clearly apart, and more so than the behaviours.
        behaviour.clearest_group_silhouette >= 0.51
        and behaviour.clearest_group_silhouette >= behaviour.silhouette + 0.05
            as has_clearer_groups,
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

    {%- for axis in ['behaviour', 'taste', 'segment'] %}

        left join fits as {{ axis }}
            on
                facts.model_version = {{ axis }}.model_version
                and {{ axis }}.axis = '{{ axis }}'
    {%- endfor %}

)

select * from final
