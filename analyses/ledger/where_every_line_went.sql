select
    disposition,
    reason,
    line_count,
    value_gbp
from {{ ref('rpt_line_dispositions') }}
order by line_count desc, disposition, reason
limit 12
