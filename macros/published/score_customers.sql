{#-
    Labels of any customers by the published model, with what the segments are called: body of the
    published function of this name, and part of others.
-#}
{% macro score_customers(customers, item_counts) %}
with

tastes as (

    {{ customer_tastes(customers, item_counts, 'dim_taste_model') | indent(4) }}

),

clusters as (

    {{ customer_clusters(customers, 'tastes', 'dim_behaviour_model') | indent(4) }}

)

select
    clusters.customer_id,
    segments.segment_id,
    {{ segment_id('clusters.behaviour_runner_up_cluster_id', 'clusters.taste_cluster_id') }}
        as behaviour_runner_up_segment_id,
    {{ segment_id('clusters.behaviour_cluster_id', 'clusters.taste_runner_up_cluster_id') }}
        as taste_runner_up_segment_id,
    segments.segment_name,
    segments.behaviour_name,
    segments.taste_name,
    clusters.behaviour_distance,
    clusters.behaviour_runner_up_distance,
    clusters.taste_distance,
    clusters.taste_runner_up_distance,
    clusters.known_item_count

from clusters

left join dim_segments as segments
    on
        clusters.behaviour_cluster_id = segments.behaviour_cluster_id
        and clusters.taste_cluster_id = segments.taste_cluster_id
{% endmacro %}
