{#-
    Distances of customers to the behaviour centroids, one row per customer and cluster, from the
    parameter table of the model. `features` is any relation with the keys and the model's features,
    of customers in the fit, new ones, what-if rows, or customers as they were.
    As BehaviourModel.distances.
-#}
{% macro behaviour_distances(features, model, keys=['customer_id']) %}
with

centroids as (

    select
        cluster_id,
        {%- for feature in clustered_features() %}
        max(value) filter (where feature = '{{ feature }}') as {{ feature }}_centroid
        {{- ',' if not loop.last }}
        {%- endfor %}

    from {{ model }}
    where parameter = 'centroid'
    group by 1

),

positions as (

    {{ behaviour_positions(features, model, keys) | indent(4) }}

)

select
    {%- for key in keys %}
    positions.{{ key }},
    {%- endfor %}
    centroids.cluster_id,
    sqrt(
        {%- for feature in clustered_features() %}
        power(positions.{{ feature }}_position - centroids.{{ feature }}_centroid, 2)
        {{- ' +' if not loop.last }}
        {%- endfor %}
    ) as distance
from positions
cross join centroids
{% endmacro %}
