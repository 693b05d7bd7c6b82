select
    rules.segment_id,
    rules.rule,
    rules.fidelity,
    rules.rule_precision
from {{ ref('rpt_segment_rules') }} as rules
inner join {{ ref('dim_segments') }} as named
    on rules.segment_id = named.segment_id
where named.behaviour_profile in ('core', 'cooling')
order by rules.segment_id
