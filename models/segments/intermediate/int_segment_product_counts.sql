with

customer_products as (

    select * from {{ ref('int_customer_products') }}
    where range_half = 0

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

cluster_sizes as (

    select
        behaviour_cluster_id,
        taste_cluster_id,
        count(*) as customer_count

    from clusters
    group by 1, 2

),

segment_counts as (

    select
        clusters.behaviour_cluster_id,
        clusters.taste_cluster_id,
        customer_products.product_type,
        customer_products.product,
        count(*) as customer_count

    from customer_products

    inner join clusters
        on customer_products.customer_id = clusters.customer_id

    group by 1, 2, 3, 4

),

-- Chosen by all customers, whatever their segments: choosing by the counts of a segment would make
-- chance finds of its tests.
products as (

    select
        product_type,
        product

    from segment_counts
    group by 1, 2
    having sum(customer_count) >= {{ var('item_min_customers') }}

),

counts as (

    select
        cluster_sizes.behaviour_cluster_id,
        cluster_sizes.taste_cluster_id,
        products.product_type,
        products.product,
        cluster_sizes.customer_count as segment_size,
        coalesce(segment_counts.customer_count, 0) as customer_count

    from cluster_sizes

    cross join products

    left join segment_counts
        on
            cluster_sizes.behaviour_cluster_id = segment_counts.behaviour_cluster_id
            and cluster_sizes.taste_cluster_id = segment_counts.taste_cluster_id
            and products.product_type = segment_counts.product_type
            and products.product = segment_counts.product

),

final as (

    select
        ---------- ids
        {{ segment_id('behaviour_cluster_id', 'taste_cluster_id') }} as segment_id,
        behaviour_cluster_id,
        taste_cluster_id,

        ---------- strings
        product_type,
        product,

        ---------- numbers
        segment_size,
        customer_count,
        cast(
            sum(segment_size) over (partition by behaviour_cluster_id, product_type, product)
            as {{ dbt.type_bigint() }}
        ) as behaviour_size,
        cast(
            sum(customer_count) over (partition by behaviour_cluster_id, product_type, product)
            as {{ dbt.type_bigint() }}
        ) as behaviour_customer_count,
        cast(
            sum(segment_size) over (partition by taste_cluster_id, product_type, product)
            as {{ dbt.type_bigint() }}
        ) as taste_size,
        cast(
            sum(customer_count) over (partition by taste_cluster_id, product_type, product)
            as {{ dbt.type_bigint() }}
        ) as taste_customer_count,
        cast(
            sum(segment_size) over (partition by product_type, product)
            as {{ dbt.type_bigint() }}
        ) as all_size,
        cast(
            sum(customer_count) over (partition by product_type, product)
            as {{ dbt.type_bigint() }}
        ) as all_customer_count

    from counts

)

select * from final
