select
    explanations.customer_id,
    segments.segment_name,
    explanations.days_until_change,
    explanations.next_segment_name,
    explanations.typical_gap_days,
    explanations.is_overdue
from {{ ref('fct_customer_explanations') }} as explanations
inner join {{ ref('fct_customer_segments') }} as segments
    on explanations.customer_id = segments.customer_id
where explanations.reason_code = 'leaving core'
order by explanations.days_until_change, explanations.customer_id
