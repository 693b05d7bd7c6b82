{#-
    Nearest cluster and runner-up on both axes, one row per customer, by the parameter tables of a
    model. `customers` is any relation with customer_id and the model's features, `item_counts` one
    with customer_id, stock_code and order_count: customers in the fit, new ones, or what-if rows.
-#}
{% macro customer_clusters(customers, item_counts, behaviour_model, taste_model) %}
with

behaviour_distances as (

    {{ behaviour_distances(customers, behaviour_model) | indent(4) }}

),

taste_distances as (

    {{ taste_distances(customers, item_counts, taste_model) | indent(4) }}

),

{{ nearest_clusters('behaviour') }},

{{ nearest_clusters('taste', ['known_item_count']) }}

select
    ---------- ids
    behaviour_nearest.customer_id,
    behaviour_nearest.behaviour_cluster_id,
    behaviour_nearest.behaviour_runner_up_cluster_id,
    taste_nearest.taste_cluster_id,
    taste_nearest.taste_runner_up_cluster_id,

    ---------- numbers
    behaviour_nearest.behaviour_distance,
    behaviour_nearest.behaviour_runner_up_distance,
    taste_nearest.taste_distance,
    taste_nearest.taste_runner_up_distance,
    taste_nearest.known_item_count

from behaviour_nearest

inner join taste_nearest
    on behaviour_nearest.customer_id = taste_nearest.customer_id
{% endmacro %}
