select
    audience_id,
    segment_name,
    count(*) filter (where experiment_arm = 'treated') as treated_count,
    count(*) filter (where experiment_arm = 'hold-out') as holdout_count,
    count(*) filter (where experiment_arm = 'suppressed') as suppressed_count
from {{ ref('fct_audience_members') }}
group by audience_id, segment_name
order by audience_id
