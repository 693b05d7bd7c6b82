with

customer_values as (

    select * from {{ ref('int_customer_values') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

segment_history as (

    select * from {{ ref('fct_customer_segment_history') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

known as (

    select * from customer_values
    where is_backtest

),

days as (

    select
        cast({{ dbt.dateadd('day', -90, 'as_of_date') }} as date) as forecast_date,
        cast({{ dbt.dateadd('day', -180, 'as_of_date') }} as date) as previous_date

    from as_of

),

-- Whether the 90 days before the forecast are whole, which methods look at.
history as (

    select min(orders.order_date) <= max(days.previous_date) as is_long_enough
    from orders

    cross join days

),

outcomes as (

    select
        orders.customer_id,
        count(*) as order_count,
        sum(orders.net_sales) as net_sales

    from orders

    inner join days
        on orders.order_date >= days.forecast_date

    where orders.has_net_units
    group by 1

),

previous_segments as (

    select
        segment_history.customer_id,
        segment_history.segment_id

    from segment_history

    inner join days
        on
            segment_history.valid_from <= days.previous_date
            and coalesce(segment_history.valid_to > days.previous_date, true)

),

forecast_segments as (

    select
        segment_history.customer_id,
        segment_history.segment_id

    from segment_history

    inner join days
        on
            segment_history.valid_from <= days.forecast_date
            and coalesce(segment_history.valid_to > days.forecast_date, true)

),

-- What customers brought in the 90 days before the forecast, by the segment that they had then.
brought as (

    select
        previous_segments.segment_id,
        coalesce(known.order_count_last_90d, 0) as order_count,
        coalesce(known.net_sales_last_90d, 0) as net_sales

    from previous_segments

    left join known
        on previous_segments.customer_id = known.customer_id

),

segment_means as (

    select
        segment_id,
        cast(sum(order_count) as double) / count(*) as order_count,
        cast(sum(net_sales) as double) / count(*) as net_sales

    from brought
    group by 1

),

-- For customers who had no segment yet; null when nobody had one.
overall_means as (

    select
        cast(sum(order_count) as double) / count(*) as order_count,
        cast(sum(net_sales) as double) / count(*) as net_sales

    from brought

),

final as (

    select
        ---------- ids
        known.customer_id,
        forecast_segments.segment_id,

        ---------- numbers
        cast(coalesce(outcomes.order_count, 0) as double) as orders__actual,
        case when known.value_method = 'model' then known.expected_orders_90d end
            as orders__model,
        case when known.value_method = 'repeat rate' then known.expected_orders_90d end
            as orders__repeat_rate,
        cast(known.order_count_last_90d as double) as orders__last_90_days,
        known.long_run_orders_90d as orders__long_run_rate,
        coalesce(segment_means.order_count, overall_means.order_count) as orders__segment_mean,
        cast(coalesce(outcomes.net_sales, 0) as double) as net_sales__actual,
        case when known.value_method = 'model' then known.expected_spend end
            as net_sales__model,
        case when known.value_method = 'repeat rate' then known.expected_spend end
            as net_sales__repeat_rate,
        cast(known.net_sales_last_90d as double) as net_sales__last_90_days,
        known.long_run_spend as net_sales__long_run_rate,
        coalesce(segment_means.net_sales, overall_means.net_sales)
            as net_sales__segment_mean

    from known

    cross join history

    cross join overall_means

    left join outcomes
        on known.customer_id = outcomes.customer_id

    left join forecast_segments
        on known.customer_id = forecast_segments.customer_id

    left join segment_means
        on forecast_segments.segment_id = segment_means.segment_id

    where history.is_long_enough

)

select * from final
