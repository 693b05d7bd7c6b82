with

sale_lines as (

    select * from {{ ref('fct_sale_lines') }}

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

ranked as (

    select
        *,
        row_number() over (
            partition by stock_code
            order by line_count desc, last_invoiced_at desc, item_description
        ) as description_rank

    from descriptions

),

final as (

    select
        stock_code,
        item_description as item_name

    from ranked
    where description_rank = 1

)

select * from final
