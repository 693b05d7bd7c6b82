-- How far off forecasts of the last 90 days' net sales were, best ranking first.
select
    method,
    gini,
    total_bias,
    mean_absolute_error,
    customer_count,
    forecast_date
from rpt_value_backtest
where measure = 'net sales'
order by gini desc nulls last, method
