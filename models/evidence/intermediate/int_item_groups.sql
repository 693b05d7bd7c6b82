with

stored_parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

customer_items as (

    select * from {{ ref('fct_customer_items_keyed') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

parameters as (

    select stored_parameters.*
    from stored_parameters

    inner join models
        on stored_parameters.model_version = models.model_version

    where models.is_in_force

),

-- The IDF says of how many customers each item was at the fit: 1 + ln of all over those.
item_weights as (

    select
        feature as stock_code,
        cast(exp(1 - value) as decimal(18, 12)) as weight

    from parameters
    where axis = 'taste' and parameter = 'idf'

),

-- Ten groups of items that sold about as often at the fit, those of most customers first.
item_groups as (

    select
        stock_code,
        weight,
        least(
            cast(floor(
                10 * cast(
                    sum(weight) over (
                        order by weight desc, stock_code
                        rows between unbounded preceding and current row
                    ) - weight as double
                ) / cast(sum(weight) over () as double)
            ) as bigint) + 1,
            10
        ) as group_number

    from item_weights

),

item_counts as (

    select
        stock_codes.stock_code,
        count(*) as pair_count

    from customer_items

    inner join stock_codes
        on customer_items.item_key = stock_codes.item_key

    group by 1

),

-- Group 0 is of the items that the model does not know.
items_at_fit as (

    select
        0 as group_number,
        value as share_at_fit

    from parameters
    where parameter = 'unknown_item_share'

    union all

    select
        item_groups.group_number,
        (1 - max(unknown.value)) * cast(sum(item_groups.weight) as double)
        / cast(max(totals.weight) as double) as share_at_fit

    from item_groups

    inner join parameters as unknown
        on unknown.parameter = 'unknown_item_share'

    cross join (select sum(weight) as weight from item_weights) as totals

    group by 1

),

items_now as (

    select
        coalesce(item_groups.group_number, 0) as group_number,
        cast(sum(item_counts.pair_count) as bigint) as count_now

    from item_counts

    left join item_groups
        on item_counts.stock_code = item_groups.stock_code

    group by 1

),

final as (

    select
        'items' as subject,
        cast(items_at_fit.group_number as bigint) as group_number,
        items_at_fit.share_at_fit,
        coalesce(items_now.count_now, 0) as count_now

    from items_at_fit

    left join items_now
        on items_at_fit.group_number = items_now.group_number

)

select * from final
