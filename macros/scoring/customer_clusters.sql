{#-
    Nearest cluster and runner-up on both axes, one row per customer. `customers` is any relation with
    customer_id and the model's features, `tastes` has the columns of customer_tastes.
-#}
{% macro customer_clusters(customers, tastes, behaviour_model) %}
with

behaviour_distances as (

    {{ behaviour_distances(customers, behaviour_model) | indent(4) }}

),

{{ nearest_clusters('behaviour') }}

select
    ---------- ids
    behaviour_nearest.customer_id,
    behaviour_nearest.behaviour_cluster_id,
    behaviour_nearest.behaviour_runner_up_cluster_id,
    tastes.taste_cluster_id,
    tastes.taste_runner_up_cluster_id,

    ---------- numbers
    behaviour_nearest.behaviour_distance,
    behaviour_nearest.behaviour_runner_up_distance,
    tastes.taste_distance,
    tastes.taste_runner_up_distance,
    tastes.known_item_count

from behaviour_nearest

inner join {{ tastes }} as tastes
    on behaviour_nearest.customer_id = tastes.customer_id
{% endmacro %}
