with

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

reasons as (

    select * from {{ ref('fct_customer_reasons') }}

),

changes as (

    select * from {{ ref('int_customer_smallest_changes') }}

),

-- A family speaks for a taste in words when the customer buys more of it than is typical.
customer_reasons as (

    select
        customer_id,
        max(reason) filter (where axis = 'behaviour' and reason_rank = 1) as behaviour_reason_1,
        max(reason) filter (where axis = 'behaviour' and reason_rank = 2) as behaviour_reason_2,
        max(reason) filter (where axis = 'behaviour' and reason_rank = 3) as behaviour_reason_3,
        min_by(reason, reason_rank) filter (
            where axis = 'taste' and contribution > 0 and customer_value > typical_value
        ) as taste_reason

    from reasons
    group by 1

),

customer_changes as (

    select
        changes.customer_id,
        {{ feature_text('changes.feature', 'changes.changed_value') }}
        || ' instead of '
        || {{ feature_text('changes.feature', 'changes.shown_value', false) }}
        || ' would move it to ' || segments.segment_name as smallest_change

    from changes

    inner join clusters
        on changes.customer_id = clusters.customer_id

    inner join segments
        on
            changes.changed_cluster_id = segments.behaviour_cluster_id
            and clusters.taste_cluster_id = segments.taste_cluster_id

),

final as (

    select
        ---------- ids
        clusters.customer_id,

        ---------- strings
        customer_reasons.behaviour_reason_1
        || coalesce('; ' || customer_reasons.behaviour_reason_2, '')
        || coalesce('; ' || customer_reasons.behaviour_reason_3, '')
        || coalesce('; ' || customer_reasons.taste_reason, '') as reason,
        coalesce(
            customer_changes.smallest_change, 'no change of a single feature would move it'
        ) as smallest_change

    from clusters

    left join customer_reasons
        on clusters.customer_id = customer_reasons.customer_id

    left join customer_changes
        on clusters.customer_id = customer_changes.customer_id

)

select * from final
