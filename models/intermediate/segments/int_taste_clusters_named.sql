with

model_parameters as (

    select * from {{ ref('ml_taste_model') }}

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

customer_items as (

    select * from {{ ref('int_customer_item_counts') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

family_orders as (

    select
        clusters.taste_cluster_id,
        items.product_family,
        sum(customer_items.order_count) as order_count

    from customer_items

    inner join clusters
        on customer_items.customer_id = clusters.customer_id

    inner join items
        on customer_items.stock_code = items.stock_code

    group by 1, 2

),

-- How much more of a cluster's orders fall on a family than of all orders.
family_shares as (

    select
        taste_cluster_id,
        product_family,
        order_count / sum(order_count) over (partition by taste_cluster_id)
        - sum(order_count) over (partition by product_family) / sum(order_count) over ()
            as share_gain

    from family_orders

),

ranked as (

    select
        *,
        row_number() over (
            partition by taste_cluster_id
            order by share_gain desc, product_family
        ) as family_rank

    from family_shares
    where
        share_gain > 0
        and product_family <> 'Other'

),

names as (

    select
        taste_cluster_id,
        max(product_family) filter (where family_rank = 1)
        || coalesce(', ' || max(product_family) filter (where family_rank = 2), '') as taste_name

    from ranked
    group by 1

),

cluster_ids as (

    select distinct cluster_id
    from model_parameters
    where parameter = 'centroid'

),

named as (

    select
        cluster_ids.cluster_id,
        coalesce(names.taste_name, 'Mixed taste') as taste_name

    from cluster_ids

    left join names
        on cluster_ids.cluster_id = names.taste_cluster_id

),

-- Clusters of one name are told apart by a number, 1 for the largest.
numbered as (

    select
        *,
        row_number() over (partition by taste_name order by cluster_id) as name_number,
        count(*) over (partition by taste_name) as name_count

    from named

),

final as (

    select
        cluster_id,
        taste_name
        || case
            when name_count > 1 then ' ' || cast(name_number as {{ dbt.type_string() }})
            else ''
        end as taste_name

    from numbered

)

select * from final
