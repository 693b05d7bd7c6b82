{#-
    The nearest centroid to a place x of length 1 is that of the largest x . c - c . c / 2. With the
    second part taken along the middle of the centroids, it is a sum over items whatever the length of
    x: so each item has points for each taste, of which only the differences count.
-#}
with

model_parameters as (

    select * from {{ ref('dim_taste_model') }}

),

taste_clusters as (

    select * from {{ ref('int_taste_clusters_named') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

centroids as (

    select
        cluster_id,
        component,
        value,
        avg(value) over (partition by component) as middle,
        sum(cast(value * value as decimal(18, 15))) over (partition by cluster_id) as own_square

    from model_parameters
    where parameter = 'centroid'

),

measured as (

    select
        *,
        cast(own_square as double)
        - cast(sum(own_square) over (partition by component) as double)
        / count(*) over (partition by component) as offset_square,
        cast(
            sum(cast(middle * middle as decimal(18, 15))) over (partition by cluster_id) as double
        ) as middle_square

    from centroids

),

directions as (

    select
        cluster_id,
        component,
        value - middle - coalesce(offset_square / 2 * middle / nullif(middle_square, 0), 0)
            as direction

    from measured

),

idfs as (

    select
        stock_code,
        value

    from model_parameters
    where parameter = 'idf'

),

loadings as (

    select
        stock_code,
        component,
        value

    from model_parameters
    where parameter = 'loading'

),

item_sums as (

    select
        directions.cluster_id,
        loadings.stock_code,
        sum(cast(idfs.value * loadings.value * directions.direction as decimal(18, 15)))
            as item_sum

    from loadings

    inner join idfs
        on loadings.stock_code = idfs.stock_code

    inner join directions
        on loadings.component = directions.component

    group by 1, 2

),

above_least as (

    select
        *,
        cast(item_sum - min(item_sum) over (partition by stock_code) as double) as item_weight

    from item_sums

),

-- An item's largest number of points is one of 100.
scaled as (

    select
        cluster_id,
        stock_code,
        cast(
            round(100 * item_weight / nullif(max(item_weight) over (), 0)) as bigint
        ) as points

    from above_least

),

final as (

    select
        ---------- ids
        cast(scaled.cluster_id as bigint) as taste_cluster_id,
        scaled.stock_code,

        ---------- strings
        taste_clusters.taste_name,
        items.item_name,
        coalesce(items.product_family, 'Other') as product_family,

        ---------- numbers
        scaled.points,
        cast(
            row_number() over (
                partition by scaled.cluster_id
                order by
                    scaled.points desc, coalesce(items.customer_count, 0) desc, scaled.stock_code
            ) as bigint
        ) as item_rank,
        coalesce(items.customer_count, 0) as customer_count

    from scaled

    inner join taste_clusters
        on scaled.cluster_id = taste_clusters.cluster_id

    left join items
        on scaled.stock_code = items.stock_code

    where scaled.points > 0

)

select * from final
