{#-
    Distances of customers to the behaviour centroids, one row per customer and cluster, from the
    parameter table of the model. `features` is any relation with the keys and the model's features,
    of customers in the fit, new ones, what-if rows, or customers as they were. As
    BehaviourModel.distances: days as square roots, counts and money as log1p, clipped, z-scored.
-#}
{% macro behaviour_distances(features, model, keys=['customer_id']) %}
with

parameters as (

    select
        {%- for feature in var('behaviour_features') %}
        {%- for parameter in ['clip_low', 'clip_high', 'mean', 'scale'] %}
        max(value) filter (
            where parameter = '{{ parameter }}' and feature = '{{ feature }}'
        ) as {{ feature }}_{{ parameter }}{{ ',' if not loop.last }}
        {%- endfor %}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ model }}

),

centroids as (

    select
        cluster_id,
        {%- for feature in var('behaviour_features') %}
        max(value) filter (where feature = '{{ feature }}') as {{ feature }}_centroid
        {{- ',' if not loop.last }}
        {%- endfor %}

    from {{ model }}
    where parameter = 'centroid'
    group by 1

),

positions as (

    select
        {%- for key in keys %}
        features.{{ key }},
        {%- endfor %}
        {%- for feature in var('behaviour_features') %}
        (
            least(
                greatest(
                    {% if feature.endswith('_days') -%}
                    sqrt(cast(features.{{ feature }} as double)),
                    {%- else -%}
                    ln(1 + cast(features.{{ feature }} as double)),
                    {%- endif %}
                    parameters.{{ feature }}_clip_low
                ),
                parameters.{{ feature }}_clip_high
            ) - parameters.{{ feature }}_mean
        ) / parameters.{{ feature }}_scale as {{ feature }}_position{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ features }} as features

    cross join parameters

)

select
    {%- for key in keys %}
    positions.{{ key }},
    {%- endfor %}
    centroids.cluster_id,
    sqrt(
        {%- for feature in var('behaviour_features') %}
        power(positions.{{ feature }}_position - centroids.{{ feature }}_centroid, 2)
        {{- ' +' if not loop.last }}
        {%- endfor %}
    ) as distance
from positions
cross join centroids
{% endmacro %}
