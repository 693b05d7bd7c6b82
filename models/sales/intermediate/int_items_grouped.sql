with

items as (

    select * from {{ ref('int_items_named') }}

),

keywords as (

    select * from {{ ref('product_family_keywords') }}

),

item_words as (

    select
        stock_code,
        ' ' || replace(upper(item_name), ',', ' ') || ' ' as words

    from items

),

-- Whole words only, in the singular or with an s. The keyword listed first wins.
ranked as (

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

final as (

    select
        stock_code,
        product_family

    from ranked
    where keyword_rank = 1

)

select * from final
