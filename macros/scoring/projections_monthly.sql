{#-
    Projections of customers on the components of a taste model, one row per customer and month in
    which they changed, without the items of every customer at every month end: what a change adds
    to a projection is the new term less the old one, and sums over time are what a build as of then
    adds up. `customer_items` has the columns of int_customer_items_monthly.
-#}
{% macro projections_monthly(customer_items, taste_model) %}
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
        {{ each_component(
            'sum(' ~ taste_term('customer_items.order_count', 'item_weights.weight_#') ~ ' - '
            ~ taste_term('customer_items.previous_order_count', 'item_weights.weight_#')
            ~ ') as projection_#'
        ) | indent(8) }}

    from {{ customer_items }} as customer_items

    inner join item_weights
        on customer_items.stock_code = item_weights.stock_code

    group by 1, 2

)

select
    customer_id,
    cast(sum(known_item_count) {{ so_far }} as bigint) as known_item_count,
    {{ each_component('cast(sum(projection_#) ' ~ so_far ~ ' as double) as projection_#') }},
    month_start_date,
    lead(month_start_date) over (
        partition by customer_id
        order by month_start_date
    ) as next_month_start_date
from changes
{% endmacro %}
