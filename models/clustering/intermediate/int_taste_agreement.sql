with

order_items as (

    select * from {{ ref('int_first_order_items') }}

),

taste_model as (

    select * from {{ ref('dim_taste_model') }}

),

sides as (

    select distinct
        customer_key,
        first_order_count,
        is_first

    from order_items

),

distances as (

    {{ taste_distances(
        'sides', 'order_items', 'taste_model', ['customer_key', 'first_order_count', 'is_first']
    ) | indent(4) }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_key, first_order_count, is_first
            order by distance, cluster_id
        ) as distance_rank,
        count(*) over (partition by customer_key, first_order_count, is_first) as taste_count

    from distances
    where known_item_count > 0

),

-- Of one taste there is nothing to agree on.
labels as (

    select
        customer_key,
        first_order_count,
        max(cluster_id) filter (where is_first) as first_cluster_id,
        max(cluster_id) filter (where not is_first) as later_cluster_id

    from ranked
    where distance_rank = 1 and taste_count > 1
    group by 1, 2
    having count(*) = 2

),

cluster_ids as (

    select distinct cluster_id
    from taste_model
    where parameter = 'centroid'

),

tastes as (

    select
        labels.first_order_count,
        cluster_ids.cluster_id,
        count(*) filter (where labels.first_cluster_id = cluster_ids.cluster_id) as first_count,
        count(*) filter (where labels.later_cluster_id = cluster_ids.cluster_id) as later_count,
        count(*) filter (
            where
            labels.first_cluster_id = cluster_ids.cluster_id
            and labels.later_cluster_id = cluster_ids.cluster_id
        ) as agreed_count

    from labels

    cross join cluster_ids

    group by 1, 2

),

-- By chance so many agree as if first orders said nothing about later ones.
shares as (

    select
        first_order_count,
        cast(sum(first_count) as bigint) as customer_count,
        cast(sum(agreed_count) as bigint) as agreed_count,
        cast(sum(agreed_count) as double) / sum(first_count) as agreed_share,
        cast(sum(first_count * later_count) as double)
        / (cast(sum(first_count) as double) * sum(later_count)) as chance_share

    from tastes
    group by 1

),

-- Customers who all have one taste cannot disagree, which proves nothing.
measured as (

    select
        *,
        (agreed_share - chance_share) / nullif(1 - chance_share, 0) as kappa

    from shares

),

final as (

    select
        *,
        lead(first_order_count) over (order by first_order_count) as next_first_order_count,
        -- Fewer than 30 customers show nothing; what few orders have shown holds for more of them.
        coalesce(
            max(case when customer_count >= 30 then kappa end) over (order by first_order_count)
            < {{ var('taste_agreement_min') }},
            true
        ) as is_weak

    from measured

)

select * from final
