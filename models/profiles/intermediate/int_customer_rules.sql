{%- set worth_names = ['net_sales', 'order_count'] | select('in', clustered_features()) %}
with

features as (

    select * from {{ ref('fct_customer_features') }}

),

behaviour_rules as (

    select * from {{ ref('ml_behaviour_rules') }}

),

taste_clusters as (

    select * from {{ ref('int_taste_clusters_named') }}

),

taste_items as (

    select * from {{ ref('rpt_taste_items') }}

),

item_counts as (

    select * from {{ ref('fct_customer_items') }}

),

worths as (

    select
        customer_id,
        recency_days,
        cast({{ worth_names | join(' * ') }} as double) as worth

    from features

),

quantities as (

    select
        customer_id,
        worth,
        cast(recency_days as double) as recency_days,
        worth / recency_days as worth_per_day

    from worths

),

behaviours as (

    select
        quantities.customer_id,
        behaviour_rules.cluster_id

    from quantities

    inner join behaviour_rules
        on
            {{ is_within_bounds('quantities.worth', 'behaviour_rules.worth') }}
            and {{ is_within_bounds('quantities.recency_days', 'behaviour_rules.recency_days') }}
            and {{ is_within_bounds('quantities.worth_per_day', 'behaviour_rules.worth_per_day') }}

),

taste_points as (

    select
        item_counts.customer_id,
        taste_items.taste_cluster_id,
        sum(item_counts.order_count * taste_items.points) as points

    from item_counts

    inner join taste_items
        on item_counts.stock_code = taste_items.stock_code

    group by 1, 2

),

taste_ranks as (

    select
        features.customer_id,
        taste_clusters.cluster_id,
        row_number() over (
            partition by features.customer_id
            order by coalesce(taste_points.points, 0) desc, taste_clusters.cluster_id
        ) as taste_rank

    from features

    cross join taste_clusters

    left join taste_points
        on
            features.customer_id = taste_points.customer_id
            and taste_clusters.cluster_id = taste_points.taste_cluster_id

),

final as (

    select
        ---------- ids
        behaviours.customer_id,
        {{ segment_id('behaviours.cluster_id', 'taste_ranks.cluster_id') }} as segment_id

    from behaviours

    inner join taste_ranks
        on behaviours.customer_id = taste_ranks.customer_id

    where taste_ranks.taste_rank = 1

)

select * from final
