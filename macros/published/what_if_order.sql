{#-
    Body of the published function: a customer's segment before and after one more order. Features
    of the model other than recency, orders and net sales stay as they are. Codes are read as the lines
    are, trimmed and in upper case; those that the model does not know are given back.
-#}
{% macro what_if_order() %}
with

asked as (

    select
        customer as asked_customer_id,
        order_value as asked_value,
        list_sort(list_distinct(
            list_transform(cast(stock_codes as varchar[]), lambda code: upper({{ trimmed('code') }}))
        )) as asked_stock_codes,
        days_ago as asked_days

),

known_items as (

    select list(distinct stock_code) as known_stock_codes
    from dim_taste_model
    where stock_code is not null

),

customers_then as (

    select features.* replace (
        least(features.recency_days, asked.asked_days) as recency_days,
        features.order_count + 1 as order_count,
        features.net_sales + asked.asked_value as net_sales
    )

    from fct_customer_features as features

    inner join asked
        on features.customer_id = asked.asked_customer_id

    where
        asked.asked_value is not null
        and asked.asked_days is not null

),

item_orders as (

    select
        items.customer_id,
        items.stock_code,
        items.order_count

    from fct_customer_items as items

    inner join asked
        on items.customer_id = asked.asked_customer_id

    union all

    select
        asked.asked_customer_id as customer_id,
        unnest(asked.asked_stock_codes) as stock_code,
        1 as order_count

    from asked

),

items_then as (

    select
        customer_id,
        stock_code,
        sum(order_count) as order_count

    from item_orders
    group by 1, 2

),

scored as (

    {{ score_customers('customers_then', 'items_then') | indent(4) }}

)

select
    scored.customer_id,
    now.segment_id,
    scored.segment_id as what_if_segment_id,
    now.segment_name,
    scored.segment_name as what_if_segment_name,
    scored.behaviour_distance as what_if_behaviour_distance,
    scored.behaviour_runner_up_distance as what_if_behaviour_runner_up_distance,
    scored.taste_distance as what_if_taste_distance,
    scored.taste_runner_up_distance as what_if_taste_runner_up_distance,
    list_filter(
        asked.asked_stock_codes, lambda code: not list_contains(known_items.known_stock_codes, code)
    ) as unknown_stock_codes,
    scored.segment_id <> now.segment_id as is_moved

from scored

cross join asked

cross join known_items

inner join fct_customer_segments as now
    on scored.customer_id = now.customer_id
{% endmacro %}
