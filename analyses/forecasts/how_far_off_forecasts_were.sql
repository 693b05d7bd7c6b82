select
    backtest.measure,
    backtest.forecast_date,
    backtest.method,
    choices.is_chosen as was_published,
    backtest.mean_absolute_error,
    backtest.total_bias as total_bias_share
from {{ ref('rpt_value_backtest') }} as backtest
left join {{ ref('rpt_forecast_choices') }} as choices
    on
        backtest.forecast_date = choices.forecast_date
        and backtest.measure = choices.measure
        and backtest.method = choices.method
order by backtest.measure, backtest.forecast_date, backtest.mean_absolute_error, backtest.method
