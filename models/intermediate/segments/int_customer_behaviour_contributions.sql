with

features as (

    select * from {{ ref('fct_customer_features') }}

),

model_parameters as (

    select * from {{ ref('ml_behaviour_model') }}

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

positions as (

    {{ behaviour_positions('features', 'model_parameters') | indent(4) }}

),

customer_features as (

    {% for feature in var('behaviour_features') -%}
        select
            positions.customer_id,
            '{{ feature }}' as feature,
            cast(features.{{ feature }} as double) as customer_value,
            positions.{{ feature }}_position as position

        from positions

        inner join features
            on positions.customer_id = features.customer_id

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

typical_values as (

    select
        feature,
        percentile_disc(0.5) within group (order by customer_value) as typical_value

    from customer_features
    group by 1

),

centroids as (

    select
        cluster_id,
        feature,
        value

    from model_parameters
    where parameter = 'centroid'

),

final as (

    select
        customer_features.customer_id,
        customer_features.feature,
        customer_features.customer_value,
        typical_values.typical_value,
        customer_features.position,
        power(customer_features.position - runner_ups.value, 2)
        - power(customer_features.position - owns.value, 2) as contribution

    from customer_features

    inner join typical_values
        on customer_features.feature = typical_values.feature

    inner join clusters
        on customer_features.customer_id = clusters.customer_id

    inner join centroids as owns
        on
            customer_features.feature = owns.feature
            and clusters.behaviour_cluster_id = owns.cluster_id

    inner join centroids as runner_ups
        on
            customer_features.feature = runner_ups.feature
            and clusters.behaviour_runner_up_cluster_id = runner_ups.cluster_id

)

select * from final
