{#-
    Distances of customers to the taste centroids, one row per customer and cluster, from the
    parameter table of the model. `customers` is any relation with the keys, `item_counts` one with
    the keys, stock_code and order_count. As TasteModel.distances.
-#}
{% macro taste_distances(customers, item_counts, model, keys=['customer_id']) %}
with

item_weights as (

    {{ taste_item_weights(model) | indent(4) }}

),

projections as (

    select
        {%- for key in keys %}
        item_counts.{{ key }},
        {%- endfor %}
        count(*) as known_item_count,
        {{ each_component(
            'cast(sum(' ~ taste_term('item_counts.order_count', 'item_weights.weight_#')
            ~ ') as double) as projection_#'
        ) | indent(8) }}

    from {{ item_counts }} as item_counts

    inner join item_weights
        on item_counts.stock_code = item_weights.stock_code

    group by {{ range(1, keys | length + 1) | join(', ') }}

),

customer_projections as (

    select
        {%- for key in keys %}
        customers.{{ key }},
        {%- endfor %}
        projections.known_item_count,
        {{ each_component('projections.projection_#') | indent(8) }}

    from {{ customers }} as customers

    left join projections
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}customers.{{ key }} = projections.{{ key }}
            {%- endfor %}

),

distances as (

    {{ projected_taste_distances('customer_projections', model, keys) | indent(4) }}

)

select * from distances
{% endmacro %}
