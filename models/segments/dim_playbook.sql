with

playbook as (

    select * from {{ ref('segment_playbook') }}

),

final as (

    select
        ---------- strings
        behaviour_profile,
        behaviour_name,
        action,
        channel,
        offer,
        owner,
        goal,
        goal_metric,
        cadence,

        ---------- numbers
        priority,
        cast(goal_target as double) as goal_target,
        goal_days

    from playbook

)

select * from final
