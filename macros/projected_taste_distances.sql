{#-
    Distances to the taste centroids, one row per key and cluster. `projections` is any relation with
    the keys, known_item_count and projection_1 to projection_n, null or 0 without any known item.
    Rows are scaled to length 1 here, so their length before does not matter.
-#}
{% macro projected_taste_distances(projections, model, keys=['customer_id']) %}
{%- set components = range(1, var('taste_component_count') + 1) %}
with

centroids as (

    select
        cluster_id,
        {%- for component in components %}
        max(value) filter (where component = {{ component }}) as centroid_{{ component }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from {{ model }}
    where parameter = 'centroid'
    group by 1

),

lengths as (

    select
        *,
        sqrt(
            {%- for component in components %}
            power(projection_{{ component }}, 2){{ ' +' if not loop.last }}
            {%- endfor %}
        ) as projection_length

    from {{ projections }}

),

-- Without any known item a customer lies at the origin.
positions as (

    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        coalesce(known_item_count, 0) as known_item_count,
        {%- for component in components %}
        coalesce(projection_{{ component }} / nullif(projection_length, 0), 0)
            as position_{{ component }}{{ ',' if not loop.last }}
        {%- endfor %}

    from lengths

)

select
    {%- for key in keys %}
    positions.{{ key }},
    {%- endfor %}
    centroids.cluster_id,
    positions.known_item_count,
    sqrt(
        {%- for component in components %}
        power(positions.position_{{ component }} - centroids.centroid_{{ component }}, 2)
        {{- ' +' if not loop.last }}
        {%- endfor %}
    ) as distance
from positions
cross join centroids
{% endmacro %}
