with

items as (

    select * from {{ ref('int_items_named') }}

),

keywords as (

    select * from {{ ref('product_family_keywords') }}

),

-- Whole words only, in the singular or with an s. The keyword listed first wins.
ranked as (

    select
        items.stock_code,
        keywords.product_family,
        row_number() over (
            partition by items.stock_code
            order by keywords.priority, length(keywords.keyword) desc, keywords.keyword
        ) as keyword_rank

    from items

    inner join keywords
        on
            ' ' || replace(upper(items.item_name), ',', ' ') || ' '
            like '% ' || keywords.keyword || ' %'
            or ' ' || replace(upper(items.item_name), ',', ' ') || ' '
            like '% ' || keywords.keyword || 'S %'

),

final as (

    select
        stock_code,
        product_family

    from ranked
    where keyword_rank = 1

)

select * from final
