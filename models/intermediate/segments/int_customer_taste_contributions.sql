{#-
    A place on the taste axis is a sum over items, scaled to length 1, and the squared distance to
    one centroid less that to another is linear in it: so each family of items has its part. Sums
    are of decimals, which are the same in any order.
-#}
with

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

customer_items as (

    select * from {{ ref('int_customer_item_counts') }}

),

families as (

    select * from {{ ref('int_items_grouped') }}

),

model_parameters as (

    select * from {{ ref('ml_taste_model') }}

),

idfs as (

    select * from model_parameters
    where parameter = 'idf'

),

loadings as (

    select * from model_parameters
    where parameter = 'loading'

),

centroids as (

    select * from model_parameters
    where parameter = 'centroid'

),

family_items as (

    select
        customer_items.customer_id,
        customer_items.stock_code,
        customer_items.order_count,
        coalesce(families.product_family, 'Other') as product_family

    from customer_items

    left join families
        on customer_items.stock_code = families.stock_code

),

family_orders as (

    select
        customer_id,
        product_family,
        sum(order_count) as order_count

    from family_items
    group by 1, 2

),

customer_shares as (

    select
        customer_id,
        product_family,
        cast(order_count as double) / sum(order_count) over (partition by customer_id)
            as customer_share,
        cast(sum(order_count) over (partition by product_family) as double)
        / sum(order_count) over () as typical_share

    from family_orders

),

family_projections as (

    select
        family_items.customer_id,
        family_items.product_family,
        loadings.component,
        sum({{ taste_term('family_items.order_count', 'idfs.value * loadings.value') }})
            as projection

    from family_items

    inner join idfs
        on family_items.stock_code = idfs.stock_code

    inner join loadings
        on family_items.stock_code = loadings.stock_code

    group by 1, 2, 3

),

projections as (

    select
        customer_id,
        component,
        cast(sum(projection) as double) as projection

    from family_projections
    group by 1, 2

),

lengths as (

    select
        customer_id,
        sqrt(sum(cast(power(projection, 2) as decimal(38, 18)))) as projection_length

    from projections
    group by 1

),

-- From the runner-up to the own centroid.
directions as (

    select
        clusters.customer_id,
        owns.component,
        owns.value - runner_ups.value as direction,
        power(runner_ups.value, 2) - power(owns.value, 2) as start

    from clusters

    inner join centroids as owns
        on clusters.taste_cluster_id = owns.cluster_id

    inner join centroids as runner_ups
        on
            clusters.taste_runner_up_cluster_id = runner_ups.cluster_id
            and owns.component = runner_ups.component

),

family_contributions as (

    select
        family_projections.customer_id,
        family_projections.product_family,
        cast(
            sum(
                cast(
                    2 * cast(family_projections.projection as double) * directions.direction
                    / nullif(lengths.projection_length, 0) as decimal(28, 15)
                )
            ) as double
        ) as contribution

    from family_projections

    inner join lengths
        on family_projections.customer_id = lengths.customer_id

    inner join directions
        on
            family_projections.customer_id = directions.customer_id
            and family_projections.component = directions.component

    group by 1, 2

),

final as (

    select
        customer_shares.customer_id,
        customer_shares.product_family,
        customer_shares.customer_share,
        customer_shares.typical_share,
        coalesce(family_contributions.contribution, 0) as contribution

    from customer_shares

    left join family_contributions
        on
            customer_shares.customer_id = family_contributions.customer_id
            and customer_shares.product_family = family_contributions.product_family

    union all

    -- What a customer has of the gap before the first item.
    select
        customer_id,
        'Other' as product_family,
        null as customer_share,
        null as typical_share,
        cast(sum(cast(start as decimal(28, 15))) as double) as contribution

    from directions
    group by 1

)

select * from final
