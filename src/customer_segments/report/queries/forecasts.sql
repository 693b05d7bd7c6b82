-- How far off forecasts of the last 90 days' net sales were, least error first; which of them the
-- cutoffs before would have published, and which is published now, by all cutoffs.
select
    backtest.method,
    backtest.gini,
    backtest.total_bias,
    backtest.total_bias_low,
    backtest.total_bias_high,
    backtest.mean_absolute_error,
    backtest.customer_count,
    backtest.forecast_date,
    back_then.is_chosen as was_published,
    published.is_chosen,
    published.verdict,
    published.cutoff_count,
    published.lowest_total_bias,
    published.highest_total_bias
from rpt_value_backtest as backtest
left join rpt_forecast_choices as back_then
    on
        backtest.forecast_date = back_then.forecast_date
        and backtest.measure = back_then.measure
        and backtest.method = back_then.method
inner join rpt_forecast_choices as published
    on
        backtest.measure = published.measure
        and backtest.method = published.method
where
    backtest.measure = 'net sales'
    and backtest.forecast_date = (select max(forecast_date) from rpt_value_backtest)
    and published.forecast_date = (select max(forecast_date) from rpt_forecast_choices)
order by backtest.mean_absolute_error, backtest.method
