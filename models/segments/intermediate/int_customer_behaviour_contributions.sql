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

positions as (

    {{ behaviour_positions('features', 'model_parameters') | indent(4) }}

),

centroids as (

    select
        cluster_id,
        {{ each_feature("max(value) filter (where feature = '#') as #_centroid") | indent(8) }}

    from model_parameters
    where parameter = 'centroid'
    group by 1

),

measured as (

    select
        positions.*,
        {{ each_feature('cast(features.# as double) as #') | indent(8) }},
        {{ each_feature(
            'power(positions.#_position - runner_ups.#_centroid, 2) '
            ~ '- power(positions.#_position - owns.#_centroid, 2) as #_contribution'
        ) | indent(8) }}

    from positions

    inner join features
        on positions.customer_id = features.customer_id

    inner join clusters
        on positions.customer_id = clusters.customer_id

    inner join centroids as owns
        on clusters.behaviour_cluster_id = owns.cluster_id

    inner join centroids as runner_ups
        on clusters.behaviour_runner_up_cluster_id = runner_ups.cluster_id

),

typical_values as (

    select
        {{ each_feature('percentile_disc(0.5) within group (order by #) as #') | indent(8) }}

    from measured

),

final as (

    {% for feature in clustered_features() -%}
        select
            measured.customer_id,
            '{{ feature }}' as feature,
            {{ reason_rank(feature, 'measured') | indent(12) }} as reason_rank,
            measured.{{ feature }} as customer_value,
            typical_values.{{ feature }} as typical_value,
            measured.{{ feature }}_position as position,
            measured.{{ feature }}_contribution as contribution

        from measured

        cross join typical_values

        {{ 'union all' if not loop.last }}

    {% endfor %}

)

select * from final
