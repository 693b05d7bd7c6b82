with

backtest as (

    select * from {{ ref('ml_value_backtest') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

ranked as (

    select
        *,
        predicted_total / nullif(actual_total, 0) - 1 as total_bias,
        rank() over (partition by measure order by mean_absolute_error) as absolute_rank,
        rank() over (partition by measure order by root_mean_square_error) as square_rank,
        rank() over (partition by measure order by spearman desc nulls last) as spearman_rank,
        rank() over (partition by measure order by gini desc nulls last) as gini_rank,
        rank() over (partition by measure order by abs(predicted_total - actual_total))
            as bias_rank

    from backtest

),

averaged as (

    select
        *,
        (absolute_rank + square_rank + spearman_rank + gini_rank + bias_rank)
        / cast(5 as double) as mean_rank

    from ranked

),

placed as (

    select
        *,
        row_number() over (
            partition by measure
            order by mean_rank, mean_absolute_error, method
        ) as place

    from averaged

),

final as (

    select
        ---------- strings
        placed.measure,
        placed.method,

        ---------- numbers
        placed.customer_count,
        placed.mean_absolute_error,
        placed.root_mean_square_error,
        placed.spearman,
        placed.gini,
        placed.predicted_total,
        placed.actual_total,
        placed.total_bias,
        placed.mean_rank,

        ---------- booleans
        placed.place = 1 as is_best,

        ---------- dates
        cast({{ dbt.dateadd('day', -90, 'as_of.as_of_date') }} as date) as forecast_date

    from placed

    cross join as_of

)

select * from final
