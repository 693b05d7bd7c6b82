with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

kinds as (

    select * from {{ ref('stock_code_kinds') }}

),

stock_codes as (

    select distinct stock_code
    from lines
    where stock_code is not null

),

-- Of several patterns that fit a code, the longest says most about it.
ranked as (

    select
        stock_codes.stock_code,
        kinds.kind,
        row_number() over (
            partition by stock_codes.stock_code
            order by length(kinds.code_pattern) desc, kinds.code_pattern
        ) as pattern_rank

    from stock_codes

    left join kinds
        on stock_codes.stock_code like kinds.code_pattern

),

final as (

    select
        stock_code,
        coalesce(kind, 'merchandise') as stock_code_kind,
        coalesce(kind, 'merchandise') = 'merchandise' as is_merchandise,
        kind is not null as is_known

    from ranked
    where pattern_rank = 1

)

select * from final
