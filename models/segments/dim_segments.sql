with

behaviour_clusters as (

    select * from {{ ref('int_behaviour_clusters_named') }}

),

definitions as (

    select * from {{ ref('int_behaviour_definitions') }}

),

taste_clusters as (

    select * from {{ ref('int_taste_clusters_named') }}

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

sizes as (

    select
        behaviour_cluster_id,
        taste_cluster_id,
        count(*) as customer_count

    from clusters
    group by 1, 2

),

final as (

    select
        ---------- ids
        {{ segment_id('behaviour_clusters.cluster_id', 'taste_clusters.cluster_id') }}
            as segment_id,
        cast(behaviour_clusters.cluster_id as bigint) as behaviour_cluster_id,
        cast(taste_clusters.cluster_id as bigint) as taste_cluster_id,

        ---------- strings
        behaviour_clusters.behaviour_name
        || case
            when {{ is_no_taste('taste_clusters.cluster_id') }} then ''
            else ': ' || taste_clusters.taste_name
        end as segment_name,
        behaviour_clusters.behaviour_profile,
        behaviour_clusters.behaviour_name,
        taste_clusters.taste_name,
        definitions.definition
        || case
            when {{ is_no_taste('taste_clusters.cluster_id') }} then '.'
            else '; compared with everyone, buys more of: ' || taste_clusters.taste_name || '.'
        end as definition,
        behaviour_clusters.action,

        ---------- numbers
        coalesce(sizes.customer_count, 0) as customer_count

    from behaviour_clusters

    inner join definitions
        on behaviour_clusters.cluster_id = definitions.cluster_id

    cross join taste_clusters

    left join sizes
        on
            behaviour_clusters.cluster_id = sizes.behaviour_cluster_id
            and taste_clusters.cluster_id = sizes.taste_cluster_id

)

select * from final
