{#- A code of goods has a number of some digits in it; POST, M, C2 or BANK CHARGES have not. -#}
with

lines as (

    select * from {{ ref('int_line_dispositions') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

descriptions as (

    select * from {{ ref('dim_descriptions') }}

),

final as (

    select
        ---------- ids
        stock_codes.stock_code,

        ---------- strings
        max(descriptions.item_description) as example_description,

        ---------- numbers
        count(*) as line_count,
        cast(coalesce(sum(lines.line_value), 0) as decimal(18, 4)) as line_value

    from stock_codes

    inner join lines
        on stock_codes.item_key = lines.item_key

    left join descriptions
        on lines.description_key = descriptions.description_key

    where
        not stock_codes.is_known
        and lines.disposition not in ('malformed', 'no_line')
        and length(stock_codes.stock_code)
        - length(translate(stock_codes.stock_code, '0123456789', '')) < 3

    group by 1

)

select * from final
