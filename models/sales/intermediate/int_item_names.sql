with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}
    where is_merchandise

),

descriptions as (

    select * from {{ ref('dim_descriptions') }}

),

-- Lines that sell something have a price: notes of the warehouse never become a name.
item_descriptions as (

    select
        lines.item_key,
        lines.description_key,
        count(*) as line_count,
        max(lines.invoiced_at) as last_invoiced_at

    from lines

    cross join as_of

    where
        lines.description_key is not null
        and lines.quantity > 0
        and lines.unit_price > 0
        and lines.invoiced_at < as_of.as_of_date
    group by 1, 2

),

ranked_descriptions as (

    select
        stock_codes.item_key,
        stock_codes.stock_code,
        descriptions.item_description as item_name,
        row_number() over (
            partition by item_descriptions.item_key
            order by
                item_descriptions.line_count desc,
                item_descriptions.last_invoiced_at desc,
                descriptions.item_description
        ) as description_rank

    from item_descriptions

    inner join stock_codes
        on item_descriptions.item_key = stock_codes.item_key

    inner join descriptions
        on item_descriptions.description_key = descriptions.description_key

),

names as (

    select
        item_key,
        stock_code,
        item_name

    from ranked_descriptions
    where description_rank = 1

),

-- Where two codes or more share a name on average, the code tells deliveries or sizes apart.
levels as (

    select
        case
            when count(*) >= 2 * count(distinct item_name) then 'name'
            else 'stock code'
        end as item_level

    from names

),

final as (

    select
        names.item_key,
        names.stock_code,
        names.item_name,
        case
            when levels.item_level = 'name'
                then
                    first_value(names.item_key) over (
                        partition by names.item_name
                        order by names.stock_code
                    )
            else names.item_key
        end as sold_item_key,
        levels.item_level

    from names

    cross join levels

)

select * from final
