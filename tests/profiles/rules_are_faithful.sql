-- The rules put at least 90 % of the customers in the segment that the model does. A warning: the
-- label is the model's, rules only explain it.
{{ config(severity='warn') }}

select
    segment_id,
    fidelity
from {{ ref('rpt_segment_rules') }}
where
    is_total
    and fidelity < 0.9
