{#-
    Projections of customers on the components of a taste model, one row per customer and month in
    which they changed, without the items of every customer at every month end: what a change adds
    to a projection is the new term less the old one, and sums over time are what a build as of then
    adds up. `customer_items` has the columns of int_customer_items_dated.
-#}
{% macro projections_dated(customer_items, taste_model) %}
{%- set components = range(1, var('taste_component_count') + 1) %}
{%- set so_far -%}
    over (
            partition by customer_id
            order by month_start_date
            rows between unbounded preceding and current row
        )
{%- endset %}
with

item_weights as (

    {{ taste_item_weights(taste_model) | indent(4) }}

),

changes as (

    select
        customer_items.customer_id,
        customer_items.month_start_date,
        count(*) filter (where customer_items.previous_order_count = 0)
        - count(*) filter (where customer_items.order_count = 0) as known_item_count,
        {%- for component in components %}
        {%- set weight = 'item_weights.weight_' ~ component %}
        sum(
            {{ taste_term('customer_items.order_count', weight) }}
            - {{ taste_term('customer_items.previous_order_count', weight) }}
        ) as projection_{{ component }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ customer_items }} as customer_items

    inner join item_weights
        on customer_items.stock_code = item_weights.stock_code

    group by 1, 2

)

select
    customer_id,
    cast(sum(known_item_count) {{ so_far }} as bigint) as known_item_count,
    {%- for component in components %}
    cast(sum(projection_{{ component }}) {{ so_far }} as double) as projection_{{ component }},
    {%- endfor %}
    month_start_date,
    lead(month_start_date) over (
        partition by customer_id
        order by month_start_date
    ) as next_month_start_date
from changes
{% endmacro %}
