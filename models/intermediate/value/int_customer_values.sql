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
        is_backtest,
        max(value) filter (where parameter = 'r') as r,
        max(value) filter (where parameter = 'alpha') as alpha,
        max(value) filter (where parameter = 'a') as a,
        max(value) filter (where parameter = 'b') as b,
        max(value) filter (where parameter = 'p') as p,
        max(value) filter (where parameter = 'q') as q,
        max(value) filter (where parameter = 'gamma') as gamma

    from model
    group by 1

),

expectations as (

    select
        is_backtest,
        repeat_count,
        age_days,
        value as expected_orders_if_active

    from model
    where parameter = 'expected_orders_if_active'

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
        parameters.p * (parameters.gamma + cast(histories.net_sales_gbp as double))
        / (parameters.p * histories.order_count + parameters.q - 1) as expected_order_gbp,
        -- One order is no rate: the first 90 days count in full.
        cast(90 as double) / greatest(histories.age_days, 90) as long_run_share

    from histories

    left join parameters
        on histories.is_backtest = parameters.is_backtest

    left join expectations
        on
            histories.is_backtest = expectations.is_backtest
            and histories.repeat_count = expectations.repeat_count
            and histories.age_days = expectations.age_days

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        case when probability_alive is null then 'long run rate' else 'model' end as value_method,

        ---------- numbers
        order_count,
        net_sales_gbp,
        order_count_last_90d,
        net_sales_last_90d_gbp,
        probability_alive,
        coalesce(expected_order_gbp, cast(net_sales_gbp as double) / order_count)
            as expected_order_gbp,
        coalesce(
            probability_alive * expected_orders_if_active,
            order_count * long_run_share
        ) as expected_orders_90d,
        coalesce(
            probability_alive * expected_orders_if_active * expected_order_gbp,
            cast(net_sales_gbp as double) * long_run_share
        ) as expected_spend_gbp,
        order_count * long_run_share as long_run_orders_90d,
        cast(net_sales_gbp as double) * long_run_share as long_run_spend_gbp,

        ---------- booleans
        is_backtest,

        ---------- dates
        as_of_date

    from scored

)

select * from final
