select
    outcome,
    reason,
    line_count,
    line_share,
    cancelled_unit_count,
    matched_unit_count
from {{ ref('rpt_cancellation_outcomes') }}
order by line_count desc, outcome, reason
