select
    value.segment_id,
    value.segment_name,
    value.customer_count,
    value.net_sales_last_90d as last_90d_spend,
    value.expected_spend,
    value.expected_spend_share,
    value.backtest_expected_spend / nullif(value.backtest_actual_spend, 0) - 1
        as last_forecast_bias_share
from {{ ref('rpt_segment_value') }} as value
order by value.expected_spend desc, value.segment_id
