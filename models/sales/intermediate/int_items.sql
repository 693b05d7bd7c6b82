with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

keywords as (

    select * from {{ ref('product_family_keywords') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

descriptions as (

    select * from {{ ref('dim_descriptions') }}

),

-- Sale lines have a price above zero, so notes of the warehouse never become a name.
item_descriptions as (

    select
        item_key,
        description_key,
        count(*) as line_count,
        max(invoiced_at) as last_invoiced_at

    from sale_lines
    where description_key is not null
    group by 1, 2

),

ranked_descriptions as (

    select
        item_descriptions.item_key,
        descriptions.item_description,
        row_number() over (
            partition by item_descriptions.item_key
            order by
                item_descriptions.line_count desc,
                item_descriptions.last_invoiced_at desc,
                descriptions.item_description
        ) as description_rank

    from item_descriptions

    inner join descriptions
        on item_descriptions.description_key = descriptions.description_key

),

items as (

    select
        stock_codes.item_key,
        stock_codes.stock_code,
        ranked_descriptions.item_description as item_name

    from ranked_descriptions

    inner join stock_codes
        on ranked_descriptions.item_key = stock_codes.item_key

    where ranked_descriptions.description_rank = 1

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

final as (

    select
        items.item_key,
        items.stock_code,
        items.item_name,
        families.product_family

    from items

    left join families
        on items.item_name = families.item_name

)

select * from final
