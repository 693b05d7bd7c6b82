with

sale_lines as (

    select * from {{ ref('fct_sale_lines') }}

),

keywords as (

    select * from {{ ref('product_family_keywords') }}

),

-- Sale lines have a price above zero, so notes of the warehouse never become a name.
descriptions as (

    select
        stock_code,
        item_description,
        count(*) as line_count,
        max(invoiced_at) as last_invoiced_at

    from sale_lines
    where item_description is not null
    group by 1, 2

),

ranked_descriptions as (

    select
        *,
        row_number() over (
            partition by stock_code
            order by line_count desc, last_invoiced_at desc, item_description
        ) as description_rank

    from descriptions

),

items as (

    select
        stock_code,
        item_description as item_name

    from ranked_descriptions
    where description_rank = 1

),

item_words as (

    select
        stock_code,
        ' ' || replace(upper(item_name), ',', ' ') || ' ' as words

    from items

),

-- Whole words only, in the singular or with an s. The keyword listed first wins.
ranked_keywords as (

    select
        item_words.stock_code,
        keywords.product_family,
        row_number() over (
            partition by item_words.stock_code
            order by keywords.priority, length(keywords.keyword) desc, keywords.keyword
        ) as keyword_rank

    from item_words

    inner join keywords
        on
            contains(item_words.words, ' ' || keywords.keyword || ' ')
            or contains(item_words.words, ' ' || keywords.keyword || 'S ')

),

families as (

    select
        stock_code,
        product_family

    from ranked_keywords
    where keyword_rank = 1

),

final as (

    select
        items.stock_code,
        items.item_name,
        families.product_family

    from items

    left join families
        on items.stock_code = families.stock_code

)

select * from final
