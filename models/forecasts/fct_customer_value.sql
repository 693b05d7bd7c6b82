with

customer_values as (

    select * from {{ ref('int_customer_values') }}
    where cutoff_number = 0 and not is_year_before

),

forecasts as (

    select * from {{ ref('int_value_forecasts') }}
    where cutoff_number = 0

),

choices as (

    select * from {{ ref('int_forecast_choices') }}
    where is_chosen

),

{% for measure, name in [('orders', 'orders'), ('net sales', 'spend')] -%}
    {{ name }} as (

        select
            forecasts.customer_id,
            forecasts.method,
            forecasts.expected_{{ name }} as expected

        from forecasts

        inner join choices
            on
                forecasts.forecast_date = choices.forecast_date
                and forecasts.method = choices.method
                and choices.measure = '{{ measure }}'

    ),

{% endfor -%}
final as (

    select
        ---------- ids
        customer_values.customer_id,

        ---------- strings
        orders.method as orders_method,
        spend.method as spend_method,

        ---------- numbers
        orders.expected as expected_orders_90d,
        customer_values.expected_order_value,
        spend.expected as expected_spend,
        customer_values.probability_alive,
        customer_values.order_count,
        customer_values.order_count_last_90d,
        customer_values.net_sales,
        customer_values.net_sales_last_90d,

        ---------- dates
        customer_values.forecast_date as as_of_date

    from customer_values

    inner join orders
        on customer_values.customer_id = orders.customer_id

    inner join spend
        on customer_values.customer_id = spend.customer_id

)

select * from final
