select
    named.segment_id,
    playbook.priority,
    playbook.action,
    playbook.owner,
    goals.goal,
    named.customer_count
from {{ ref('dim_segments') }} as named
inner join {{ ref('dim_playbook') }} as playbook
    on named.behaviour_profile = playbook.behaviour_profile
inner join {{ ref('rpt_playbook_goals') }} as goals
    on named.behaviour_profile = goals.behaviour_profile and goals.is_goal
order by playbook.priority, named.segment_id
