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

    select * from {{ ref('fct_customer_items') }}

),

families as (

    select * from {{ ref('int_items_grouped') }}

),

model_parameters as (

    select * from {{ ref('ml_taste_model') }}

),

centroids as (

    select * from model_parameters
    where parameter = 'centroid'

),

item_weights as (

    {{ taste_item_weights('model_parameters') | indent(4) }}

),

-- What an item counts for: its family, and the components if the model knows it.
items as (

    select
        customer_items.stock_code,
        {{ each_component('item_weights.weight_#') | indent(8) }},
        coalesce(families.product_family, 'Other') as product_family

    from (select distinct stock_code from customer_items) as customer_items

    left join families
        on customer_items.stock_code = families.stock_code

    left join item_weights
        on customer_items.stock_code = item_weights.stock_code

),

-- No projection: the model knows no item of the family.
family_totals as (

    select
        customer_items.customer_id,
        items.product_family,
        sum(customer_items.order_count) as order_count,
        {{ each_component(
            'sum(' ~ taste_term('customer_items.order_count', 'items.weight_#')
            ~ ') as projection_#'
        ) | indent(8) }}

    from customer_items

    inner join items
        on customer_items.stock_code = items.stock_code

    group by 1, 2

),

family_orders as (

    select
        product_family,
        sum(order_count) as order_count

    from family_totals
    group by 1

),

-- Windows over few rows: over those of all customers, one worker would do it alone.
family_shares as (

    select
        product_family,
        cast(order_count as double) / sum(order_count) over () as typical_share

    from family_orders

),

customer_shares as (

    select
        family_totals.*,
        family_shares.typical_share,
        cast(family_totals.order_count as double)
        / sum(family_totals.order_count) over (partition by family_totals.customer_id)
            as customer_share

    from family_totals

    inner join family_shares
        on family_totals.product_family = family_shares.product_family

),

lengths as (

    select
        customer_id,
        sqrt(
            {{ each_component('power(cast(sum(projection_#) as double), 2)', ' +') | indent(12) }}
        ) as projection_length

    from family_totals
    group by 1

),

-- From each centroid to each other one.
directions as (

    select
        owns.cluster_id as taste_cluster_id,
        runner_ups.cluster_id as taste_runner_up_cluster_id,
        {{ each_component(
            'max(owns.value - runner_ups.value) filter (where owns.component = #) as direction_#'
        ) | indent(8) }},
        cast(
            sum(cast(power(runner_ups.value, 2) - power(owns.value, 2) as decimal(28, 15)))
            as double
        ) as start

    from centroids as owns

    inner join centroids as runner_ups
        on
            owns.component = runner_ups.component
            and owns.cluster_id <> runner_ups.cluster_id

    group by 1, 2

),

customer_directions as (

    select
        clusters.customer_id,
        {{ each_component('directions.direction_#') | indent(8) }},
        directions.start

    from clusters

    inner join directions
        on
            clusters.taste_cluster_id = directions.taste_cluster_id
            and clusters.taste_runner_up_cluster_id = directions.taste_runner_up_cluster_id

),

final as (

    select
        customer_shares.customer_id,
        customer_shares.product_family,
        customer_shares.customer_share,
        customer_shares.typical_share,
        coalesce(
            2 * (
                {{ each_component(
                    'cast(customer_shares.projection_# as double) * customer_directions.direction_#',
                    ' +'
                ) | indent(16) }}
            ) / nullif(lengths.projection_length, 0),
            0
        ) as contribution

    from customer_shares

    inner join lengths
        on customer_shares.customer_id = lengths.customer_id

    left join customer_directions
        on customer_shares.customer_id = customer_directions.customer_id

    union all

    -- What a customer has of the gap before the first item.
    select
        customer_id,
        'Other' as product_family,
        null as customer_share,
        null as typical_share,
        start as contribution

    from customer_directions

)

select * from final
