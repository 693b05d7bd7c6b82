select
    named.segment_id,
    playbook.priority,
    playbook.action,
    playbook.owner,
    playbook.goal,
    named.customer_count
from {{ ref('dim_segments') }} as named
inner join {{ ref('dim_playbook') }} as playbook
    on named.behaviour_profile = playbook.behaviour_profile
order by playbook.priority, named.segment_id
