{#- From the model, not from today's orders: a cluster keeps its name as long as its model. -#}
with

model_parameters as (

    select * from {{ ref('dim_taste_model') }}

),

items as (

    select * from {{ ref('int_items') }}

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

labels as (

    select
        item_weights.stock_code,
        item_weights.weight,
        items.product_family,
        coalesce(
            items.product_family,
            case
                when length(items.item_name) > 28
                    then left(replace(items.item_name, ',', ''), 27) || '…'
                else replace(items.item_name, ',', '')
            end,
            item_weights.stock_code
        ) as family_or_item

    from item_weights

    left join items
        on item_weights.stock_code = items.stock_code

),

-- Where keywords do not know the range, no item has a family: each has a vote of its own then.
coverage as (

    select count(product_family) > 0 as is_enough
    from labels

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

label_pulls as (

    select
        item_pulls.cluster_id,
        case
            when coverage.is_enough then labels.product_family
            else labels.family_or_item
        end as label,
        sum(cast(cast(item_pulls.pull as double) * labels.weight as decimal(18, 12))) as pull

    from item_pulls

    inner join labels
        on item_pulls.stock_code = labels.stock_code

    cross join coverage

    where labels.product_family is not null or not coverage.is_enough
    group by 1, 2

),

ranked as (

    select
        *,
        row_number() over (
            partition by cluster_id
            order by pull desc, label
        ) as label_rank

    from label_pulls
    where pull > 0

),

names as (

    select
        cluster_id,
        max(label) filter (where label_rank = 1) as first_label,
        max(label) filter (where label_rank = 2) as second_label

    from ranked
    where label_rank <= 2
    group by 1

),

cluster_ids as (

    select distinct cluster_id
    from centroids

),

named as (

    select
        cluster_ids.cluster_id,
        -- Names of items can be long: of two that a chart has no room for, the first counts.
        case
            when {{ is_no_taste('cluster_ids.cluster_id') }} then 'All tastes'
            when names.cluster_id is null then 'Mixed taste'
            when
                not coverage.is_enough
                and length(names.first_label || names.second_label) > 30
                then names.first_label
            else names.first_label || coalesce(', ' || names.second_label, '')
        end as taste_name

    from cluster_ids

    cross join coverage

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
