{#-
    Projections of customers on the components of a taste model, one row per customer and month in
    which they changed, without the items of every customer at every month end: what a change adds
    to a projection is the new term less the old one, and sums over time are what a build as of then
    adds up. `customer_items` has the columns of int_customer_items_monthly, on keys; `stock_codes` and
    `customers` say what the keys stand for.
-#}
{% macro projections_monthly(customer_items, taste_model, stock_codes, customers) %}
{%- set so_far -%}
    over (
            partition by changes.customer_key
            order by changes.month_start_date
            rows between unbounded preceding and current row
        )
{%- endset %}
with

item_weights as (

    {{ taste_item_weights(taste_model) | indent(4) }}

),

changes as (

    select
        customer_items.customer_key,
        customer_items.month_start_date,
        count(*) filter (where customer_items.previous_order_count = 0)
        - count(*) filter (where customer_items.order_count = 0) as known_item_count,
        {{ each_component(
            'sum(' ~ taste_term('customer_items.order_count', 'item_weights.weight_#') ~ ' - '
            ~ taste_term('customer_items.previous_order_count', 'item_weights.weight_#')
            ~ ') as projection_#'
        ) | indent(8) }}

    from {{ customer_items }} as customer_items

    inner join {{ stock_codes }} as stock_codes
        on customer_items.item_key = stock_codes.item_key

    inner join item_weights
        on stock_codes.stock_code = item_weights.stock_code

    group by 1, 2

)

select
    customers.customer_id,
    cast(sum(changes.known_item_count) {{ so_far }} as bigint) as known_item_count,
    {{ each_component(
        'cast(sum(changes.projection_#) ' ~ so_far ~ ' as double) as projection_#'
    ) }},
    changes.month_start_date,
    lead(changes.month_start_date) over (
        partition by changes.customer_key
        order by changes.month_start_date
    ) as next_month_start_date
from changes
inner join {{ customers }} as customers
    on changes.customer_key = customers.customer_key
{% endmacro %}
