{{ config(post_hook='{{ check_families() }}') }}
with

customer_items as (

    select * from {{ ref('fct_customer_items_keyed') }}

),

names as (

    select * from {{ ref('int_item_names') }}

),

keywords as (

    select * from {{ ref('product_family_keywords') }}

),

item_totals as (

    select
        item_key,
        cast(sum(net_sales) as decimal(18, 4)) as net_sales

    from customer_items
    group by 1

),

items as (

    select
        item_totals.item_key,
        names.stock_code,
        names.item_name,
        item_totals.net_sales

    from item_totals

    inner join names
        on item_totals.item_key = names.item_key

),

-- Many items share a name.
item_names as (

    select distinct
        item_name,
        ' ' || replace(upper(item_name), ',', ' ') || ' ' as words

    from items

),

-- Whole words only, in the singular or with an s. The keyword listed first wins.
ranked_keywords as (

    select
        item_names.item_name,
        keywords.product_family,
        row_number() over (
            partition by item_names.item_name
            order by keywords.priority, length(keywords.keyword) desc, keywords.keyword
        ) as keyword_rank

    from item_names

    inner join keywords
        on
            contains(item_names.words, ' ' || keywords.keyword || ' ')
            or contains(item_names.words, ' ' || keywords.keyword || 'S ')

),

families as (

    select
        item_name,
        product_family

    from ranked_keywords
    where keyword_rank = 1

),

known as (

    select
        items.item_key,
        items.stock_code,
        items.item_name,
        items.net_sales,
        families.product_family as keyword_family,
        sum(
            case when families.product_family is not null then items.net_sales else 0 end
        ) over () * 3 >= sum(items.net_sales) over () * 2 as is_range_known

    from items

    left join families
        on items.item_name = families.item_name

),

final as (

    select
        item_key,
        stock_code,
        item_name,
        keyword_family,
        -- Of a range that keywords mostly do not know, they would tell what it happens to share
        -- with another one.
        case when is_range_known then keyword_family end as product_family,
        net_sales

    from known

)

select * from final
