with

features as (

    select * from {{ ref('fct_customer_features') }}

),

model_parameters as (

    select * from {{ ref('dim_behaviour_model') }}

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

behaviour_clusters as (

    select * from {{ ref('int_behaviour_clusters_named') }}

),

-- An order of no value on the last day of the data, as what_if_order counts it.
features_after_order as (

    select
        {% for feature in undated_features() -%}
            {{ feature }},
        {% endfor -%}
        customer_id,
        net_sales,
        least(recency_days, 1) as recency_days,
        order_count + 1 as order_count

    from features

),

steps_without_order as (

    {{ cluster_steps('features', 'model_parameters', 'recency_days') | indent(4) }}

),

steps_of_order as (

    {{ cluster_steps('features_after_order', 'model_parameters', 'net_sales') | indent(4) }}

),

-- Better: core before all others, all others before lapsed, of one profile whose customers spend
-- more.
lifts as (

    select
        owns.cluster_id,
        others.cluster_id as lifted_cluster_id

    from behaviour_clusters as owns

    cross join behaviour_clusters as others

    where
        case
            when owns.behaviour_profile = others.behaviour_profile
                then others.net_sales_position > owns.net_sales_position
            else others.behaviour_profile = 'core' or owns.behaviour_profile = 'lapsed'
        end

),

next_clusters as (

    select
        clusters.customer_id,
        min(steps.step) as days_until_change,
        min_by(steps.cluster_id, steps.step) as next_cluster_id

    from clusters

    inner join steps_without_order as steps
        on
            clusters.customer_id = steps.customer_id
            and clusters.behaviour_cluster_id <> steps.cluster_id

    group by 1

),

lifted_clusters as (

    select
        clusters.customer_id,
        min(steps.step) as lifting_order_value,
        min_by(steps.cluster_id, steps.step) as lifted_cluster_id

    from clusters

    inner join lifts
        on clusters.behaviour_cluster_id = lifts.cluster_id

    inner join steps_of_order as steps
        on
            clusters.customer_id = steps.customer_id
            and lifts.lifted_cluster_id = steps.cluster_id

    group by 1

),

final as (

    select
        ---------- ids
        clusters.customer_id,
        cast(next_clusters.next_cluster_id as {{ dbt.type_bigint() }}) as next_cluster_id,
        cast(lifted_clusters.lifted_cluster_id as {{ dbt.type_bigint() }}) as lifted_cluster_id,

        ---------- numbers
        next_clusters.days_until_change,
        lifted_clusters.lifting_order_value

    from clusters

    left join next_clusters
        on clusters.customer_id = next_clusters.customer_id

    left join lifted_clusters
        on clusters.customer_id = lifted_clusters.customer_id

)

select * from final
