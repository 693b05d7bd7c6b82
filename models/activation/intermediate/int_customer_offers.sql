{%- set item_ranks = [1, 2, 3] -%}
with

features as (

    select * from {{ ref('fct_customer_features') }}

),

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

next_best_items as (

    select * from {{ ref('fct_next_best_items') }}

),

ranked_items as (

    select
        customer_items.customer_id,
        items.item_name,
        row_number() over (
            partition by customer_items.customer_id
            order by
                customer_items.order_count desc,
                customer_items.net_sales desc,
                customer_items.stock_code
        ) as item_rank

    from customer_items

    inner join items
        on customer_items.stock_code = items.stock_code

),

own_items as (

    select
        {%- for rank in item_ranks %}
            max(item_name) filter (where item_rank = {{ rank }}) as own_item_{{ rank }},
        {%- endfor %}
        customer_id

    from ranked_items
    where item_rank <= {{ item_ranks | last }}
    group by customer_id

),

next_items as (

    select
        {%- for rank in item_ranks %}
            max(item_name) filter (where item_rank = {{ rank }}) as next_item_{{ rank }},
        {%- endfor %}
        customer_id

    from next_best_items
    group by customer_id

),

-- The usual order and the next amount of two digits that is at least a tenth above it.
usual_orders as (

    select
        customer_id,
        country,
        last_order_date,
        recency_days,
        order_count,
        net_sales,
        median_order_value,
        case
            when median_order_value > 0
                then power(10, floor(log10(1.1 * median_order_value)) - 1)
        end as step

    from features

),

final as (

    select
        ---------- ids
        usual_orders.customer_id,

        ---------- strings
        usual_orders.country,
        {%- for rank in item_ranks %}
            own_items.own_item_{{ rank }},
        {%- endfor %}
        {%- for rank in item_ranks %}
            next_items.next_item_{{ rank }},
        {%- endfor %}

        ---------- numbers
        usual_orders.order_count,
        usual_orders.recency_days,
        usual_orders.net_sales,
        -- Half a penny goes up on every engine once it is a decimal.
        cast(
            round(cast(usual_orders.median_order_value as decimal(18, 4)), 2) as decimal(18, 2)
        ) as usual_order_value,
        cast(
            ceil(round(1.1 * usual_orders.median_order_value / usual_orders.step, 6))
            * usual_orders.step as decimal(18, 2)
        ) as next_order_value,

        ---------- dates
        usual_orders.last_order_date

    from usual_orders

    left join own_items
        on usual_orders.customer_id = own_items.customer_id

    left join next_items
        on usual_orders.customer_id = next_items.customer_id

)

select * from final
