with

customer_items as (

    select * from {{ ref('fct_customer_items_keyed') }}

),

customer_ids as (

    select * from {{ ref('dim_customer_ids') }}

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

items as (

    select * from {{ ref('int_items') }}

),

families as (

    select
        clusters.taste_cluster_id,
        coalesce(items.product_family, 'Other') as product_family,
        sum(customer_items.order_count) as order_count

    from customer_items

    inner join customer_ids
        on customer_items.customer_key = customer_ids.customer_key

    inner join clusters
        on customer_ids.customer_id = clusters.customer_id

    left join items
        on customer_items.item_key = items.item_key

    group by 1, 2

),

shares as (

    select
        taste_cluster_id,
        product_family,
        cast(order_count as double)
        / sum(order_count) over (partition by taste_cluster_id) as order_share,
        cast(sum(order_count) over (partition by product_family) as double)
        / sum(order_count) over () as all_order_share

    from families

),

final as (

    select
        taste_cluster_id,
        product_family,
        order_share,
        all_order_share,
        row_number() over (
            partition by taste_cluster_id
            order by order_share - all_order_share desc, product_family
        ) as family_rank

    from shares
    where
        order_share > all_order_share
        and product_family <> 'Other'

)

select * from final
