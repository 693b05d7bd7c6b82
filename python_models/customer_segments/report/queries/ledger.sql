-- Where every line and penny went.
select disposition, reason, line_count, value_gbp
from rpt_line_dispositions
order by disposition = 'sale' desc, abs(value_gbp) desc, line_count desc, disposition, reason
