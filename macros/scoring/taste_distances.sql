{#-
    Distances of customers to the taste centroids, one row per customer and cluster, from the
    parameter table of the model. `customers` is any relation with customer_id, `item_counts` one
    with customer_id, stock_code and order_count. As TasteModel.distances.
-#}
{% macro taste_distances(customers, item_counts, model) %}
with

item_weights as (

    {{ taste_item_weights(model) | indent(4) }}

),

projections as (

    select
        item_counts.customer_id,
        count(*) as known_item_count,
        {{ each_component(
            'cast(sum(' ~ taste_term('item_counts.order_count', 'item_weights.weight_#')
            ~ ') as double) as projection_#'
        ) | indent(8) }}

    from {{ item_counts }} as item_counts

    inner join item_weights
        on item_counts.stock_code = item_weights.stock_code

    group by 1

),

customer_projections as (

    select
        customers.customer_id,
        projections.known_item_count,
        {{ each_component('projections.projection_#') | indent(8) }}

    from {{ customers }} as customers

    left join projections
        on customers.customer_id = projections.customer_id

),

distances as (

    {{ projected_taste_distances('customer_projections', model) | indent(4) }}

)

select * from distances
{% endmacro %}
