{#- Lines are numbered in the order of their file, so that tells the line of the file. -#}
with

lines as (

    select
        file_key,
        line_id

    from {{ ref('stg_online_retail__invoice_lines') }}

),

-- Once more: DuckDB keeps a copy of a CTE that is read twice.
malformed_lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}
    where is_line and unreadable_column is not null

),

texts as (

    select * from {{ ref('stg_online_retail__unreadable_lines') }}

),

invoices as (

    select * from {{ ref('dim_invoices') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

files as (

    select * from {{ ref('stg_online_retail__files') }}

),

first_lines as (

    select
        file_key,
        min(line_id) as line_id

    from lines
    where file_key in (select malformed_lines.file_key from malformed_lines)
    group by 1

),

final as (

    select
        ---------- ids
        malformed_lines.line_id,
        invoices.invoice_id,
        stock_codes.stock_code,

        ---------- strings
        files.file_name,
        malformed_lines.unreadable_column,
        texts.unreadable_text,

        ---------- numbers
        malformed_lines.line_id - first_lines.line_id + 2 as file_line_number

    from malformed_lines

    inner join first_lines
        on malformed_lines.file_key = first_lines.file_key

    inner join files
        on malformed_lines.file_key = files.file_key

    left join texts
        on malformed_lines.line_id = texts.line_id

    left join invoices
        on malformed_lines.invoice_key = invoices.invoice_key

    left join stock_codes
        on malformed_lines.item_key = stock_codes.item_key

)

select * from final
