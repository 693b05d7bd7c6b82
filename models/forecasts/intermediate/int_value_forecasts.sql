with

customer_values as (

    select * from {{ ref('int_customer_values') }}

),

rates as (

    select
        *,
        cast(order_count_last_90d as double) as last_orders,
        cast(net_sales_last_90d as double) as last_spend

    from customer_values

),

forecasts as (

    {% for method, orders, spend in [
        ('model', 'model_orders', 'model_spend'),
        ('long run rate', 'long_run_orders', 'long_run_spend'),
        ('last 90 days', 'last_orders', 'last_spend'),
        (
            'mean',
            '(model_orders + long_run_orders + last_orders) / 3',
            '(model_spend + long_run_spend + last_spend) / 3',
        ),
    ] %}
        select
            customer_id,
            '{{ method }}' as method,
            cutoff_number,
            {{ orders }} as expected_orders,
            {{ spend }} as expected_spend,
            actual_orders,
            actual_spend,
            is_year_before,
            forecast_date
        from rates
        {% if not loop.last %}union all{% endif %}

    {% endfor %}

),

-- What came a year before over what the same method had expected. Decimals add up to the same sum
-- in any order, doubles do not.
seasons as (

    select
        method,
        cutoff_number,
        cast(sum(actual_orders) as double)
        / cast(nullif(sum(cast(expected_orders as decimal(38, 9))), 0) as double) as orders_factor,
        cast(sum(actual_spend) as double)
        / cast(nullif(sum(cast(expected_spend as decimal(38, 9))), 0) as double) as spend_factor

    from forecasts
    where is_year_before
    group by 1, 2

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        method,

        ---------- numbers
        cutoff_number,
        expected_orders,
        expected_spend,
        actual_orders,
        actual_spend,

        ---------- dates
        forecast_date

    from forecasts
    where not is_year_before

    union all

    select
        forecasts.customer_id,
        forecasts.method || ', seasonal' as method,
        forecasts.cutoff_number,
        forecasts.expected_orders * coalesce(seasons.orders_factor, 1) as expected_orders,
        forecasts.expected_spend * coalesce(seasons.spend_factor, 1) as expected_spend,
        forecasts.actual_orders,
        forecasts.actual_spend,
        forecasts.forecast_date

    from forecasts

    inner join seasons
        on
            forecasts.method = seasons.method
            and forecasts.cutoff_number = seasons.cutoff_number

    where not forecasts.is_year_before

)

select * from final
