{#- From the model, not from today's orders: a cluster keeps its name as long as its model. -#}
with

model_parameters as (

    select * from {{ ref('ml_taste_model') }}

),

families as (

    select * from {{ ref('int_items_grouped') }}

),

centroids as (

    select
        cluster_id,
        component,
        value - avg(value) over (partition by component) as value

    from model_parameters
    where parameter = 'centroid'

),

loadings as (

    select
        stock_code,
        component,
        value

    from model_parameters
    where parameter = 'loading'

),

-- An item weighs as its IDF in the model, and counts as often as customers of the fit bought it:
-- the IDF is 1 + ln of customers over those who bought the item.
item_weights as (

    select
        stock_code,
        value * exp(1 - value) as weight

    from model_parameters
    where parameter = 'idf'

),

-- How far an item pulls its buyers from the middle of the centroids towards one of them.
item_pulls as (

    select
        centroids.cluster_id,
        loadings.stock_code,
        sum(cast(centroids.value * loadings.value as decimal(18, 15))) as pull

    from loadings

    inner join centroids
        on loadings.component = centroids.component

    group by 1, 2

),

family_pulls as (

    select
        item_pulls.cluster_id,
        families.product_family,
        sum(
            cast(cast(item_pulls.pull as double) * item_weights.weight as decimal(18, 12))
        ) as pull

    from item_pulls

    inner join item_weights
        on item_pulls.stock_code = item_weights.stock_code

    inner join families
        on item_pulls.stock_code = families.stock_code

    group by 1, 2

),

ranked as (

    select
        *,
        row_number() over (
            partition by cluster_id
            order by pull desc, product_family
        ) as family_rank

    from family_pulls
    where pull > 0

),

names as (

    select
        cluster_id,
        max(product_family) filter (where family_rank = 1)
        || coalesce(', ' || max(product_family) filter (where family_rank = 2), '') as taste_name

    from ranked
    group by 1

),

cluster_ids as (

    select distinct cluster_id
    from centroids

),

named as (

    select
        cluster_ids.cluster_id,
        coalesce(names.taste_name, 'Mixed taste') as taste_name

    from cluster_ids

    left join names
        on cluster_ids.cluster_id = names.cluster_id

),

-- Clusters of one name are told apart by a number, in the order of their ids, which stay.
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
