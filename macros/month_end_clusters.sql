{#-
    Nearest cluster on both axes, one row per customer and month end with something left. As
    ml_customer_clusters at each month end, without the items of every customer at every month end:
    what a change adds to a projection is the new term less the old one, and sums over time are what
    a build as of that day adds up. `customers` and `customer_items` have the columns of
    int_customers_at_month_end and int_customer_items_dated.
-#}
{% macro month_end_clusters(customers, customer_items, behaviour_model, taste_model) %}
{%- set components = range(1, var('taste_component_count') + 1) %}
{%- set keys = ['customer_id', 'as_of_date'] %}
{%- set so_far -%}
    over (
            partition by customers.customer_id
            order by customers.as_of_date
            rows between unbounded preceding and current row
        )
{%- endset %}
with

kept_customers as (

    select * from {{ customers }}
    where order_count > 0

),

item_weights as (

    {{ taste_item_weights(taste_model) | indent(4) }}

),

projection_changes as (

    select
        customer_items.customer_id,
        customer_items.as_of_date,
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

),

projections as (

    select
        customers.customer_id,
        customers.as_of_date,
        sum(projection_changes.known_item_count) {{ so_far }} as known_item_count,
        {%- for component in components %}
        cast(
            sum(projection_changes.projection_{{ component }}) {{ so_far }} as double
        ) as projection_{{ component }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ customers }} as customers

    left join projection_changes
        on
            customers.customer_id = projection_changes.customer_id
            and customers.as_of_date = projection_changes.as_of_date

),

behaviour_distances as (

    {{ behaviour_distances('kept_customers', behaviour_model, keys) | indent(4) }}

),

taste_distances as (

    {{ projected_taste_distances('projections', taste_model, keys) | indent(4) }}

),

behaviour_ranks as (

    select
        *,
        row_number() over (
            partition by customer_id, as_of_date
            order by distance, cluster_id
        ) as distance_rank

    from behaviour_distances

),

taste_ranks as (

    select
        *,
        row_number() over (
            partition by customer_id, as_of_date
            order by distance, cluster_id
        ) as distance_rank

    from taste_distances

)

select
    behaviour_ranks.customer_id,
    behaviour_ranks.cluster_id as behaviour_cluster_id,
    taste_ranks.cluster_id as taste_cluster_id,
    behaviour_ranks.as_of_date
from behaviour_ranks

inner join taste_ranks
    on
        behaviour_ranks.customer_id = taste_ranks.customer_id
        and behaviour_ranks.as_of_date = taste_ranks.as_of_date
        and behaviour_ranks.distance_rank = taste_ranks.distance_rank

where behaviour_ranks.distance_rank = 1
{% endmacro %}
