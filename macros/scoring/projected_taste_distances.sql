{#-
    Distances to the taste centroids, one row per key and cluster. `projections` is any relation with
    the keys, known_item_count and projection_1 to projection_n, null or 0 without any known item.
    Rows are scaled to length 1 here, so their length before does not matter.
-#}
{% macro projected_taste_distances(projections, model, keys=['customer_id']) %}
with

centroids as (

    select
        cluster_id,
        {{ each_component('max(value) filter (where component = #) as centroid_#') | indent(8) }}

    from {{ model }}
    where parameter = 'centroid'
    group by 1

),

lengths as (

    select
        *,
        sqrt(
            {{ each_component('power(projection_#, 2)', ' +') | indent(12) }}
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
        {{ each_component(
            'coalesce(projection_# / nullif(projection_length, 0), 0) as position_#'
        ) | indent(8) }}

    from lengths

)

select
    {%- for key in keys %}
    positions.{{ key }},
    {%- endfor %}
    centroids.cluster_id,
    positions.known_item_count,
    sqrt(
        {{ each_component(
            'power(positions.position_# - centroids.centroid_#, 2)', ' +'
        ) | indent(8) }}
    ) as distance
from positions
cross join centroids
{% endmacro %}
