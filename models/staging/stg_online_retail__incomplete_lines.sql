with

lines as (

    select * from {{ ref('stg_online_retail__written_lines') }}
    where is_line

),

-- Once more, with few columns: DuckDB keeps a copy of a CTE that is read twice.
order_lines as (

    select
        line_id,
        invoice_key,
        file_key,
        customer_key,
        country_key,
        currency_key,
        invoiced_at

    from {{ ref('stg_online_retail__written_lines') }}
    where is_line

),

-- A sign for another currency makes it matter what a line without one is in.
foreign_currencies as (

    select count(*) as currency_count
    from {{ ref('stg_online_retail__currencies') }}
    where not is_of_shop

),

-- Merged cells name an invoice in its first line only: the others are a run of lines below it.
nameless_lines as (

    select
        line_id,
        file_key,
        customer_key,
        country_key,
        invoiced_at,
        line_id - row_number() over (partition by file_key order by line_id) as run_number

    from lines
    where invoice_key is null and item_key is not null

),

runs as (

    select
        file_key,
        run_number,
        min(line_id) - 1 as head_line_id

    from nameless_lines
    group by 1, 2

),

named_lines as (

    select
        nameless_lines.line_id,
        heads.invoice_key,
        heads.file_key

    from nameless_lines

    inner join runs
        on
            nameless_lines.file_key = runs.file_key
            and nameless_lines.run_number = runs.run_number

    inner join order_lines as heads
        on
            runs.head_line_id = heads.line_id
            and runs.file_key = heads.file_key

    where
        heads.invoice_key is not null
        and coalesce(nameless_lines.customer_key = heads.customer_key, true)
        and coalesce(nameless_lines.country_key = heads.country_key, true)
        and coalesce(nameless_lines.invoiced_at = heads.invoiced_at, true)

),

final as (

    select
        lines.line_id,
        lines.invoice_key,
        lines.file_key

    from lines

    cross join foreign_currencies

    where
        lines.invoice_key is not null
        and (
            lines.customer_key is null
            or lines.country_key is null
            or lines.invoiced_at is null
            or (lines.currency_key is null and foreign_currencies.currency_count > 0)
        )

    union all

    select * from named_lines

)

select * from final
