-- What each segment is expected to spend in the next 90 days, next to the last 90.
select
    segment_id,
    expected_spend,
    expected_spend_share,
    expected_orders_90d,
    net_sales_last_90d,
    probability_alive,
    backtest_expected_spend / nullif(backtest_actual_spend, 0) - 1 as backtest_bias
from rpt_segment_value
