{#- Lines are numbered in the order of their file, so that tells the line of the file. -#}
with

lines as (

    select
        file_path,
        line_id

    from {{ ref('stg_online_retail__invoice_lines') }}

),

-- Once more: DuckDB keeps a copy of a CTE that is read twice.
malformed_lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}
    where unreadable_column is not null

),

first_lines as (

    select
        file_path,
        min(line_id) as line_id

    from lines
    where file_path in (select malformed_lines.file_path from malformed_lines)
    group by 1

),

final as (

    select
        ---------- ids
        malformed_lines.line_id,
        malformed_lines.invoice_id,
        malformed_lines.stock_code,

        ---------- strings
        malformed_lines.file_name,
        malformed_lines.unreadable_column,
        malformed_lines.unreadable_text,

        ---------- numbers
        malformed_lines.line_id - first_lines.line_id + 2 as file_line_number

    from malformed_lines

    inner join first_lines
        on malformed_lines.file_path = first_lines.file_path

)

select * from final
