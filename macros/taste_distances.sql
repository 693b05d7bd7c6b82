{#-
    Distances of customers to the taste centroids, one row per customer and cluster, from the
    parameter table of the model. `customers` is any relation with customer_id, `item_counts` one
    with customer_id, stock_code and order_count. As TasteModel.distances: rows are scaled to
    length 1 after the projection, so their length before it does not matter.
-#}
{% macro taste_distances(customers, item_counts, model) %}
{%- set components = range(1, var('taste_component_count') + 1) %}
with

item_weights as (

    select
        stock_code,
        {%- for component in components %}
        max(value) filter (where parameter = 'idf')
        * max(value) filter (
            where parameter = 'loading' and component = {{ component }}
        ) as weight_{{ component }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ model }}
    where stock_code is not null
    group by 1

),

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

-- Decimals add up to the same sum in any order, doubles do not.
projections as (

    select
        item_counts.customer_id,
        count(*) as known_item_count,
        {%- for component in components %}
        cast(
            sum(
                cast(
                    ln(1 + item_counts.order_count) * item_weights.weight_{{ component }}
                    as decimal(18, 15)
                )
            ) as double
        ) as projection_{{ component }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ item_counts }} as item_counts

    inner join item_weights
        on item_counts.stock_code = item_weights.stock_code

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

    from projections

),

-- A customer without any known item lies at the origin.
positions as (

    select
        customers.customer_id,
        coalesce(lengths.known_item_count, 0) as known_item_count,
        {%- for component in components %}
        coalesce(
            lengths.projection_{{ component }} / nullif(lengths.projection_length, 0), 0
        ) as position_{{ component }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ customers }} as customers

    left join lengths
        on customers.customer_id = lengths.customer_id

)

select
    positions.customer_id,
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
