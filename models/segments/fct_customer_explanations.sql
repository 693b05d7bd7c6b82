with

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

reasons as (

    select * from {{ ref('fct_customer_reasons') }}
    where is_telling

),

taste_families as (

    select * from {{ ref('int_taste_families') }}

),

next_clusters as (

    select * from {{ ref('int_customer_next_clusters') }}

),

-- A family speaks for a taste in words when both the customer and the taste buy more of it.
taste_reasons as (

    select
        reasons.customer_id,
        min_by(reasons.reason, reasons.reason_rank) as taste_reason

    from reasons

    inner join clusters
        on reasons.customer_id = clusters.customer_id

    inner join taste_families
        on
            clusters.taste_cluster_id = taste_families.taste_cluster_id
            and reasons.feature = taste_families.product_family

    where
        reasons.axis = 'taste'
        and reasons.contribution > 0
        and reasons.customer_value > reasons.typical_value

    group by 1

),

customer_reasons as (

    select
        customer_id,
        max(reason) filter (
            where axis = 'behaviour' and contribution > 0 and reason_rank = 1
        ) as behaviour_reason_1,
        max(reason) filter (
            where axis = 'behaviour' and contribution > 0 and reason_rank = 2
        ) as behaviour_reason_2,
        max(reason) filter (
            where axis = 'behaviour' and contribution > 0 and reason_rank = 3
        ) as behaviour_reason_3,
        min_by(reason, contribution) filter (
            where axis = 'behaviour' and contribution < 0
        ) as although

    from reasons
    group by 1

),

-- Of those who ordered on several days; who did not is held to it.
shop as (

    select percentile_disc(0.5) within group (order by median_days_between_orders) as gap_days
    from features

),

rhythms as (

    select
        features.customer_id,
        features.order_count,
        coalesce(features.median_days_between_orders, shop.gap_days) as typical_gap_days,
        coalesce(
            features.recency_days
            > {{ var('overdue_gaps') }}
            * coalesce(features.median_days_between_orders, shop.gap_days),
            false
        ) as is_overdue

    from features

    cross join shop

),

final as (

    select
        ---------- ids
        clusters.customer_id,
        next_segments.segment_id as next_segment_id,
        lifted_segments.segment_id as lifted_segment_id,

        ---------- strings
        coalesce(
            nullif(
                concat_ws(
                    '; ',
                    customer_reasons.behaviour_reason_1,
                    customer_reasons.behaviour_reason_2,
                    customer_reasons.behaviour_reason_3,
                    taste_reasons.taste_reason
                ),
                ''
            ),
            'nothing stands out'
        ) as reason,
        customer_reasons.although,
        case
            when
                segments.behaviour_profile = 'core'
                and next_segments.behaviour_profile <> 'core'
                and next_clusters.days_until_change <= 30
                then 'leaving core'
            when rhythms.is_overdue then 'overdue'
            when rhythms.order_count = 1 then 'first order'
            else 'in rhythm'
        end as reason_code,
        next_segments.segment_name as next_segment_name,
        lifted_segments.segment_name as lifted_segment_name,

        ---------- numbers
        rhythms.typical_gap_days,
        next_clusters.days_until_change,
        next_clusters.lifting_order_value,

        ---------- booleans
        rhythms.is_overdue

    from clusters

    inner join segments
        on
            clusters.behaviour_cluster_id = segments.behaviour_cluster_id
            and clusters.taste_cluster_id = segments.taste_cluster_id

    inner join rhythms
        on clusters.customer_id = rhythms.customer_id

    inner join next_clusters
        on clusters.customer_id = next_clusters.customer_id

    left join customer_reasons
        on clusters.customer_id = customer_reasons.customer_id

    left join taste_reasons
        on clusters.customer_id = taste_reasons.customer_id

    left join segments as next_segments
        on
            next_clusters.next_cluster_id = next_segments.behaviour_cluster_id
            and clusters.taste_cluster_id = next_segments.taste_cluster_id

    left join segments as lifted_segments
        on
            next_clusters.lifted_cluster_id = lifted_segments.behaviour_cluster_id
            and clusters.taste_cluster_id = lifted_segments.taste_cluster_id

)

select * from final
