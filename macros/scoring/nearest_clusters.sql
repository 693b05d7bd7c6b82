{#-
    Two CTEs of a query that has <axis>_distances: <axis>_nearest has one row per customer, nearest
    cluster and runner-up with their distances, and the largest value of each column of `kept`.
-#}
{% macro nearest_clusters(axis, kept=[]) -%}
{{ axis }}_ranks as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by distance, cluster_id
        ) as distance_rank

    from {{ axis }}_distances

),

{{ axis }}_nearest as (

    select
        customer_id,
        max(cluster_id) filter (where distance_rank = 1) as {{ axis }}_cluster_id,
        max(cluster_id) filter (where distance_rank = 2) as {{ axis }}_runner_up_cluster_id,
        max(distance) filter (where distance_rank = 1) as {{ axis }}_distance,
        max(distance) filter (where distance_rank = 2) as {{ axis }}_runner_up_distance
        {%- for column in kept %},
        max({{ column }}) as {{ column }}
        {%- endfor %}

    from {{ axis }}_ranks
    group by 1

)
{%- endmacro %}
