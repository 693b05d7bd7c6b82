{#-
    Nearest taste cluster and runner-up, one row per customer, by the parameter table of a model.
    `customers` is any relation with customer_id, `item_counts` one with customer_id, stock_code and
    order_count: customers in the fit, new ones, or what-if rows.
-#}
{% macro customer_tastes(customers, item_counts, model) %}
with

taste_distances as (

    {{ taste_distances(customers, item_counts, model) | indent(4) }}

),

{{ nearest_clusters('taste', ['known_item_count']) }}

select * from taste_nearest
{% endmacro %}
