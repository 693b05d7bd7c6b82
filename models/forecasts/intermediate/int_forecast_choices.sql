with

days as (

    select * from {{ ref('int_forecast_days') }}
    where not is_year_before

),

backtest as (

    select * from {{ ref('rpt_value_backtest') }}

),

measures as (

    select 'orders' as measure
    union all
    select 'net sales' as measure

),

-- Of each day, what was known of all cutoffs before it; the 90 days of the last one end with it.
pooled as (

    select
        days.forecast_date,
        measures.measure,
        coalesce(backtest.method, 'model') as method,
        count(backtest.method) as cutoff_count,
        cast(
            sum(cast(backtest.mean_absolute_error * backtest.customer_count as decimal(38, 9)))
            as double
        ) / sum(backtest.customer_count) as mean_absolute_error,
        min(backtest.total_bias) as lowest_total_bias,
        max(backtest.total_bias) as highest_total_bias

    from days

    cross join measures

    left join backtest
        on
            days.forecast_date > backtest.forecast_date
            and measures.measure = backtest.measure

    group by 1, 2, 3

),

compared as (

    select
        *,
        min(mean_absolute_error) over (partition by forecast_date, measure) as least_error

    from pooled

),

placed as (

    select
        *,
        row_number() over (
            partition by forecast_date, measure
            order by
                case
                    when
                        method = 'mean'
                        and mean_absolute_error
                        <= least_error * (1 + {{ var('forecast_error_margin') }})
                        then 0
                    else 1
                end,
                mean_absolute_error,
                method
        ) as place

    from compared

),

final as (

    select
        ---------- strings
        measure,
        method,

        ---------- numbers
        cutoff_count,
        mean_absolute_error,
        lowest_total_bias,
        highest_total_bias,

        ---------- booleans
        place = 1 as is_chosen,

        ---------- dates
        forecast_date

    from placed

)

select * from final
