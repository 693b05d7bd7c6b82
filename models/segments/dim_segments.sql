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

taste_families as (

    select * from {{ ref('int_taste_families') }}

),

sizes as (

    select
        behaviour_cluster_id,
        taste_cluster_id,
        count(*) as customer_count

    from clusters
    group by 1, 2

),

described_families as (

    select
        *,
        product_family || ' (' || {{ percent_text('order_share') }} || ' of item orders, everyone '
        || {{ percent_text('all_order_share') }} || ')' as family_text  -- noqa: LT05

    from taste_families

),

family_texts as (

    select
        taste_cluster_id,
        max(family_text) filter (where family_rank = 1) as family_1,
        max(family_text) filter (where family_rank = 2) as family_2

    from described_families
    group by 1

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
            when family_texts.family_1 is null then '; no product family tells its taste.'
            else
                '; its taste, over all behaviours, buys more of: ' || family_texts.family_1
                || coalesce(', ' || family_texts.family_2, '') || '.'
        end as definition,
        behaviour_clusters.action,

        ---------- numbers
        coalesce(sizes.customer_count, 0) as customer_count

    from behaviour_clusters

    inner join definitions
        on behaviour_clusters.cluster_id = definitions.cluster_id

    cross join taste_clusters

    left join family_texts
        on taste_clusters.cluster_id = family_texts.taste_cluster_id

    left join sizes
        on
            behaviour_clusters.cluster_id = sizes.behaviour_cluster_id
            and taste_clusters.cluster_id = sizes.taste_cluster_id

)

select * from final
