select
    disposition,
    reason,
    line_count,
    line_value
from {{ ref('rpt_line_dispositions') }}
order by line_count desc, disposition, reason
limit 12
