select
    audience_id,
    segment_name,
    count(*) filter (where not is_suppressed) as reached_count,
    count(*) filter (where is_suppressed) as suppressed_count,
    max(capacity_per_week) as capacity_per_week
from {{ ref('fct_audience_members') }}
group by audience_id, segment_name
order by audience_id
