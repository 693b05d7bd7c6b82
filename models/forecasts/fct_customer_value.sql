with

customer_values as (

    select * from {{ ref('int_customer_values') }}

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        value_method,

        ---------- numbers
        expected_orders_90d,
        expected_order_value,
        expected_spend,
        probability_alive,
        order_count,
        order_count_last_90d,
        net_sales,
        net_sales_last_90d,

        ---------- dates
        as_of_date

    from customer_values
    where not is_backtest

)

select * from final
