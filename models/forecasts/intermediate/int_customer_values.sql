{#- Fitted in Python, scored in SQL; the formulas are those of value_model.py. -#}
with

histories as (

    select * from {{ ref('int_customer_histories') }}

),

model as (

    select * from {{ ref('ml_value_model') }}

),

parameters as (

    select
        cast(forecast_at as date) as forecast_date,
        max(value) filter (where parameter = 'r') as r,
        max(value) filter (where parameter = 'alpha') as alpha,
        max(value) filter (where parameter = 'a') as a,
        max(value) filter (where parameter = 'b') as b,
        max(value) filter (where parameter = 'prior_order_count') as prior_order_count,
        max(value) filter (where parameter = 'mean_order_value') as mean_order_value

    from model
    group by 1

),

expectations as (

    select
        cast(forecast_at as date) as forecast_date,
        repeat_count,
        age_days,
        value as expected_orders_if_active

    from model
    where parameter = 'expected_orders_if_active'

),

-- Without a model, repeats are counted, not first orders: who came once has no rate of their own.
pooled as (

    select
        forecast_date,
        cast(sum(repeat_count) as double) / count(*) as mean_repeat_count,
        cast(sum(age_days) as double) / count(*) as mean_age_days

    from histories
    group by 1

),

scored as (

    select
        histories.*,
        expectations.expected_orders_if_active,
        1 / (
            1 + parameters.a / (parameters.b + histories.repeat_count) * power(
                (parameters.alpha + histories.age_days)
                / (parameters.alpha + histories.repeat_days),
                parameters.r + histories.repeat_count
            )
        ) as probability_alive,
        (
            parameters.prior_order_count * parameters.mean_order_value
            + cast(histories.net_sales as double)
        ) / (parameters.prior_order_count + histories.order_count) as modelled_order_value,
        cast(histories.net_sales as double) / histories.order_count as own_order_value,
        90 * (histories.repeat_count + pooled.mean_repeat_count)
        / (histories.age_days + pooled.mean_age_days) as repeat_rate_orders_90d,
        -- One order is no rate: the first 90 days count in full.
        cast(90 as double) / greatest(histories.age_days, 90) as long_run_share

    from histories

    inner join pooled
        on histories.forecast_date = pooled.forecast_date

    left join parameters
        on histories.forecast_date = parameters.forecast_date

    left join expectations
        on
            histories.forecast_date = expectations.forecast_date
            and histories.repeat_count = expectations.repeat_count
            and histories.age_days = expectations.age_days

),

expected as (

    select
        *,
        coalesce(modelled_order_value, own_order_value) as expected_order_value,
        coalesce(probability_alive * expected_orders_if_active, repeat_rate_orders_90d)
            as model_orders,
        sum(case when probability_alive < 0.5 then 1 else 0 end)
            over (partition by forecast_date) as stopped_count,
        count(*) over (partition by forecast_date) as customer_count

    from scored

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- numbers
        cutoff_number,
        order_count,
        net_sales,
        order_count_last_90d,
        net_sales_last_90d,
        -- It tells customers apart when at least one in twenty has more likely stopped than not.
        case when 20 * stopped_count >= customer_count then probability_alive end
            as probability_alive,
        expected_order_value,
        model_orders,
        model_orders * expected_order_value as model_spend,
        order_count * long_run_share as long_run_orders,
        cast(net_sales as double) * long_run_share as long_run_spend,
        actual_orders,
        actual_spend,

        ---------- booleans
        is_year_before,

        ---------- dates
        forecast_date

    from expected

)

select * from final
