{#-
    A place on the taste axis is a sum over items, scaled to length 1, and the squared distance to
    one centroid less that to another is linear in it: so each family of items has its part. Sums
    are of decimals, which are the same in any order.
-#}
with

tastes as (

    select * from {{ ref('ml_customer_tastes') }}

),

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

families as (

    select * from {{ ref('int_items') }}
    where product_family is not null

),

model_parameters as (

    select * from {{ ref('dim_taste_model') }}

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
        coalesce(families.stock_code, item_weights.stock_code) as stock_code,
        {{ each_component('item_weights.weight_#') | indent(8) }},
        families.product_family

    from families

    full outer join item_weights
        on families.stock_code = item_weights.stock_code

),

-- No projection: the model knows no item of the family.
family_totals as (

    select
        customer_items.customer_id,
        coalesce(items.product_family, 'Other') as product_family,
        sum(customer_items.order_count) as order_count,
        sum(customer_items.net_sales) as net_sales,
        min(customer_items.first_bought_date) as first_bought_date,
        max(customer_items.last_bought_date) as last_bought_date,
        {{ each_component(
            'sum(' ~ taste_term('customer_items.order_count', 'items.weight_#')
            ~ ') as projection_#'
        ) | indent(8) }}

    from customer_items

    left join items
        on customer_items.stock_code = items.stock_code

    group by 1, 2

),

customer_totals as (

    select
        customer_id,
        sum(order_count) as order_count,
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
        tastes.customer_id,
        {{ each_component('directions.direction_#') | indent(8) }},
        directions.start

    from tastes

    inner join directions
        on
            tastes.taste_cluster_id = directions.taste_cluster_id
            and tastes.taste_runner_up_cluster_id = directions.taste_runner_up_cluster_id

),

contributions as (

    select
        family_totals.*,
        cast(family_totals.order_count as double) / customer_totals.order_count as customer_share,
        case
            when customer_directions.customer_id is not null
                then
                    coalesce(
                        2 * (
                            {{ each_component(
                                'cast(family_totals.projection_# as double) '
                                ~ '* customer_directions.direction_#',
                                ' +'
                            ) | indent(28) }}
                        ) / nullif(customer_totals.projection_length, 0),
                        0
                    )
        end as contribution

    from family_totals

    inner join customer_totals
        on family_totals.customer_id = customer_totals.customer_id

    left join customer_directions
        on family_totals.customer_id = customer_directions.customer_id

),

parts as (

    select
        customer_id,
        product_family,
        order_count,
        net_sales,
        customer_share,
        contribution,
        first_bought_date,
        last_bought_date

    from contributions

    union all

    -- What a customer has of the gap before the first item.
    select
        customer_id,
        'Other' as product_family,
        null as order_count,
        null as net_sales,
        null as customer_share,
        start as contribution,
        null as first_bought_date,
        null as last_bought_date

    from customer_directions

),

final as (

    select
        ---------- ids
        parts.customer_id,
        cast(models.model_version as {{ dbt.type_bigint() }}) as model_version,

        ---------- strings
        parts.product_family,

        ---------- numbers
        -- Items of no family say nothing to people, so they are among the others.
        case
            when parts.product_family = 'Other' then 4
            else
                least(
                    row_number() over (
                        partition by parts.customer_id
                        order by
                            parts.product_family = 'Other',
                            parts.contribution desc,
                            parts.product_family
                    ),
                    4
                )
        end as reason_rank,
        cast(parts.order_count as bigint) as order_count,
        cast(parts.net_sales as decimal(18, 4)) as net_sales,
        parts.customer_share,
        parts.contribution,

        ---------- dates
        parts.first_bought_date,
        parts.last_bought_date

    from parts

    inner join models
        on models.is_in_force

)

select * from final
