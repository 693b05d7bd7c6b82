{%- set known = 'daily.order_date < days.forecast_date' -%}
{%- set lately = known ~ ' and daily.order_date >= days.last_90d_date' -%}
with

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

buyers as (

    select
        customer_key,
        customer_id

    from {{ ref('dim_customer_ids') }}
    where customer_key in (select orders.customer_key from orders)

),

sampled_customers as (

    select customer_key from buyers
    order by md5(concat(customer_id, '{{ var("random_seed") }}')), customer_id
    limit {{ var('value_customer_limit') }}

),

-- Whoever is not of the seeded sample is forecast, but judges nothing.
customers as (

    select
        buyers.*,
        sampled_customers.customer_key is not null as is_judged

    from buyers

    left join sampled_customers
        on buyers.customer_key = sampled_customers.customer_key

),

days as (

    select * from {{ ref('int_forecast_days') }}

),

-- What was returned after the day is not known on it.
later_returns as (

    select
        days.forecast_date,
        returns.customer_key,
        returns.invoice_key,
        sum(returns.returned_unit_count) as net_unit_count,
        sum(returns.returned_value) as returned_value

    from {{ ref('int_returns_monthly') }} as returns

    inner join days
        on returns.returned_at >= days.forecast_date

    group by days.forecast_date, returns.customer_key, returns.invoice_key

),

daily as (

    select
        days.forecast_date,
        orders.customer_key,
        orders.order_date,
        count(*) as order_count,
        sum(orders.net_sales + coalesce(later_returns.returned_value, 0)) as net_sales

    from orders

    inner join days
        on orders.order_date < days.until_date

    inner join customers
        on orders.customer_key = customers.customer_key

    left join later_returns
        on
            days.forecast_date = later_returns.forecast_date
            and orders.customer_key = later_returns.customer_key
            and orders.invoice_key = later_returns.invoice_key
            and orders.order_date < days.forecast_date

    where
        orders.net_unit_count + coalesce(later_returns.net_unit_count, 0) > 0
        and (customers.is_judged or (days.cutoff_number = 0 and not days.is_year_before))
    group by days.forecast_date, orders.customer_key, orders.order_date

),

totals as (

    select
        daily.customer_key,
        days.cutoff_number,
        days.is_year_before,
        days.forecast_date,
        sum(order_count) filter (where {{ known }}) as order_count,
        sum(order_count) filter (where {{ lately }}) as order_count_last_90d,
        sum(order_count) filter (where not {{ known }}) as actual_orders,
        sum(net_sales) filter (where {{ known }}) as net_sales,
        sum(net_sales) filter (where {{ lately }}) as net_sales_last_90d,
        sum(net_sales) filter (where not {{ known }}) as actual_spend,
        min(order_date) as first_order_date,
        max(order_date) filter (where {{ known }}) as last_order_date,
        max_by(  -- noqa: LT02,LT05
            cast(net_sales as double) / order_count, order_date
        ) filter (where {{ known }}) as last_order_value

    from daily

    inner join days
        on daily.forecast_date = days.forecast_date

    group by
        daily.customer_key, days.cutoff_number, days.is_year_before, days.forecast_date

),

final as (

    select
        ---------- ids
        customers.customer_id,

        ---------- numbers
        cutoff_number,
        cast(order_count as bigint) - 1 as repeat_count,
        cast({{ dbt.datediff('first_order_date', 'last_order_date', 'day') }} as bigint) as repeat_days,  -- noqa: LT05
        cast({{ dbt.datediff('first_order_date', 'forecast_date', 'day') }} as bigint) as age_days,  -- noqa: LT05
        cast(order_count as bigint) as order_count,
        cast(coalesce(order_count_last_90d, 0) as bigint) as order_count_last_90d,
        cast(net_sales as decimal(18, 4)) as net_sales,
        cast(coalesce(net_sales_last_90d, 0) as decimal(18, 4)) as net_sales_last_90d,
        cast(last_order_value as decimal(18, 4)) as last_order_value,
        cast(coalesce(actual_orders, 0) as bigint) as actual_orders,
        cast(coalesce(actual_spend, 0) as decimal(18, 4)) as actual_spend,

        ---------- booleans
        is_year_before,
        is_judged,

        ---------- dates
        forecast_date

    from totals

    inner join customers
        on totals.customer_key = customers.customer_key

    where first_order_date < forecast_date

)

select * from final
