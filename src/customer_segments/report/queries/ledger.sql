-- Where every line and penny went.
select disposition, reason, line_count, line_value
from rpt_line_dispositions
order by disposition = 'sale' desc, abs(line_value) desc, line_count desc, disposition, reason
