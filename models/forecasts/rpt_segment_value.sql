with

segments as (

    select * from {{ ref('dim_segments') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

customer_values as (

    select * from {{ ref('fct_customer_value') }}

),

-- Of 90 days ago, what would have been published then.
forecasts as (

    select
        forecasts.customer_id,
        forecasts.forecast_date,
        forecasts.expected_spend,
        forecasts.actual_spend

    from {{ ref('int_value_forecasts') }} as forecasts

    inner join {{ ref('int_forecast_choices') }} as choices
        on
            forecasts.forecast_date = choices.forecast_date
            and forecasts.method = choices.method
            and choices.measure = 'net sales'
            and choices.is_chosen

    where forecasts.cutoff_number = 1

),

segment_history as (

    select * from {{ ref('fct_customer_segment_history') }}

),

-- Decimals add up to the same sum in any order, doubles do not.
segment_totals as (

    select
        customer_segments.segment_id,
        count(*) as customer_count,
        cast(sum(cast(customer_values.expected_orders_90d as decimal(38, 9))) as double)
            as expected_orders_90d,
        cast(sum(cast(customer_values.expected_spend as decimal(38, 9))) as double)
            as expected_spend,
        cast(sum(cast(customer_values.probability_alive as decimal(38, 9))) as double)
        / count(*) as probability_alive,
        sum(customer_values.order_count_last_90d) as order_count_last_90d,
        sum(customer_values.net_sales_last_90d) as net_sales_last_90d

    from customer_segments

    inner join customer_values
        on customer_segments.customer_id = customer_values.customer_id

    group by 1

),

-- What the same forecast expected 90 days ago of those who were in the segment then.
backtest_totals as (

    select
        segment_history.segment_id,
        count(*) as customer_count,
        cast(sum(cast(forecasts.expected_spend as decimal(38, 9))) as double) as expected_spend,
        cast(sum(cast(forecasts.actual_spend as decimal(38, 2))) as double) as actual_spend

    from forecasts

    inner join segment_history
        on
            forecasts.customer_id = segment_history.customer_id
            and segment_history.valid_from <= forecasts.forecast_date
            and coalesce(segment_history.valid_to > forecasts.forecast_date, true)

    group by 1

),

totals as (

    select sum(cast(expected_spend as decimal(38, 9))) as expected_spend
    from segment_totals

),

final as (

    select
        ---------- ids
        segments.segment_id,

        ---------- strings
        segments.segment_name,

        ---------- numbers
        coalesce(segment_totals.customer_count, 0) as customer_count,
        coalesce(segment_totals.expected_orders_90d, 0) as expected_orders_90d,
        coalesce(segment_totals.expected_spend, 0) as expected_spend,
        coalesce(
            segment_totals.expected_spend / nullif(cast(totals.expected_spend as double), 0), 0
        ) as expected_spend_share,
        segment_totals.probability_alive,
        cast(coalesce(segment_totals.order_count_last_90d, 0) as bigint) as order_count_last_90d,
        cast(coalesce(segment_totals.net_sales_last_90d, 0) as decimal(18, 2))
            as net_sales_last_90d,
        coalesce(backtest_totals.customer_count, 0) as backtest_customer_count,
        backtest_totals.expected_spend as backtest_expected_spend,
        backtest_totals.actual_spend as backtest_actual_spend

    from segments

    left join segment_totals
        on segments.segment_id = segment_totals.segment_id

    left join backtest_totals
        on segments.segment_id = backtest_totals.segment_id

    cross join totals

)

select * from final
