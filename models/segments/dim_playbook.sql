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
        goal_metric,
        cadence,

        ---------- numbers
        priority,
        cast(goal_uplift as double) as goal_uplift,
        cadence_days,
        capacity_per_week

    from playbook

)

select * from final
