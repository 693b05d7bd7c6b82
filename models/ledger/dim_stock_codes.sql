with

written_codes as (

    select * from {{ ref('stg_online_retail__stock_codes') }}

),

kinds as (

    select * from {{ ref('stock_code_kinds') }}

),

stock_codes as (

    select distinct
        item_key,
        stock_code

    from written_codes

),

-- Of several patterns that fit a code, the longest says most about it.
ranked as (

    select
        stock_codes.item_key,
        stock_codes.stock_code,
        kinds.kind,
        row_number() over (
            partition by stock_codes.item_key
            order by length(kinds.code_pattern) desc, kinds.code_pattern
        ) as pattern_rank

    from stock_codes

    left join kinds
        on stock_codes.stock_code like kinds.code_pattern

),

final as (

    select
        ---------- ids
        item_key,
        stock_code,

        ---------- strings
        coalesce(kind, 'merchandise') as stock_code_kind,

        ---------- booleans
        coalesce(kind, 'merchandise') = 'merchandise' as is_merchandise,
        kind is not null as is_known

    from ranked
    where pattern_rank = 1

)

select * from final
