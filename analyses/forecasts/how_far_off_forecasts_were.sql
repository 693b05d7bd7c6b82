select
    measure,
    method,
    gini,
    predicted_total,
    actual_total,
    total_bias as total_bias_share
from {{ ref('rpt_value_backtest') }}
order by measure, gini desc, method
