with

preview as (

    select * from {{ ref('ml_refit_preview') }}

),

behaviour_model as (

    select * from {{ ref('dim_behaviour_model') }}

),

customer_clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

-- Null when no refit was made.
moves as (

    select
        sum(customer_count) as customer_count,
        cast(sum(customer_count) filter (
            where from_behaviour <> to_behaviour or from_taste <> to_taste
        ) as double) / sum(customer_count) as moved_share,
        cast(sum(customer_count) filter (where from_behaviour <> to_behaviour) as double)
        / sum(customer_count) as moved_behaviour_share,
        cast(sum(customer_count) filter (where from_taste <> to_taste) as double)
        / sum(customer_count) as moved_taste_share

    from preview

),

behaviours as (

    select distinct cluster_id
    from behaviour_model
    where parameter = 'centroid'

),

now_sizes as (

    select
        behaviours.cluster_id,
        count(customer_clusters.customer_id) as customer_count

    from behaviours

    left join customer_clusters
        on behaviours.cluster_id = customer_clusters.behaviour_cluster_id

    group by 1

),

refit_sizes as (

    select
        to_behaviour as cluster_id,
        sum(customer_count) as customer_count

    from preview
    group by 1

),

sizes as (

    select
        'now' as whose,
        customer_count,
        count(*) over () as cluster_count,
        sum(customer_count) over () as total_count

    from now_sizes

    union all

    select
        'refit' as whose,
        customer_count,
        count(*) over () as cluster_count,
        sum(customer_count) over () as total_count

    from refit_sizes

),

-- Of four behaviours those of less than 10 % or more than 40 % of the customers.
outside as (

    select
        count(*) filter (
            where whose = 'now' and (
                customer_count * cluster_count < 0.4 * total_count
                or customer_count * cluster_count > 1.6 * total_count
            )
        ) as outside_cluster_count,
        case
            when count(*) filter (where whose = 'refit') > 0
                then
                    count(*) filter (
                        where whose = 'refit' and (
                            customer_count * cluster_count < 0.4 * total_count
                            or customer_count * cluster_count > 1.6 * total_count
                        )
                    )
        end as refit_outside_cluster_count

    from sizes

),

final as (

    select
        -- A sum of no customers is null, not 0.
        coalesce(moves.moved_share, case when moves.customer_count > 0 then 0 end) as moved_share,
        coalesce(moves.moved_behaviour_share, case when moves.customer_count > 0 then 0 end)
            as moved_behaviour_share,
        coalesce(moves.moved_taste_share, case when moves.customer_count > 0 then 0 end)
            as moved_taste_share,
        outside.outside_cluster_count,
        outside.refit_outside_cluster_count

    from moves

    cross join outside

)

select * from final
