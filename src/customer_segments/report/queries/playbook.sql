-- What to do, most pressing first, with what is at stake.
select
    playbook.*,
    goals.goal,
    goals.goal_target,
    sum(summary.customer_count) as customer_count,
    sum(summary.net_sales) as net_sales,
    sum(summary.net_sales_share) as net_sales_share
from dim_playbook as playbook
inner join rpt_playbook_goals as goals
    on playbook.behaviour_profile = goals.behaviour_profile and goals.is_goal
inner join dim_segments as segments on playbook.behaviour_profile = segments.behaviour_profile
inner join rpt_segment_summary as summary on segments.segment_id = summary.segment_id
group by all
having sum(summary.customer_count) > 0
order by playbook.priority, playbook.behaviour_profile
