-- The rule of each segment, and how often it says what the model says.
select
    segment_id,
    rule,
    fidelity,
    rule_precision,
    is_total
from rpt_segment_rules
