select
    behaviour_profile,
    metric,
    customer_count,
    round(baseline, 3) as baseline,
    round(baseline_low, 3) as baseline_low,
    round(baseline_high, 3) as baseline_high,
    round(goal_target, 3) as goal_target
from {{ ref('rpt_playbook_goals') }}
order by behaviour_profile, metric
