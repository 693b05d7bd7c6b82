select
    segment_id,
    rule,
    fidelity,
    rule_precision
from {{ ref('rpt_segment_rules') }}
where segment_name like 'C%'
order by segment_id
