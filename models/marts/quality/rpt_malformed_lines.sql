{#- Lines are numbered in the order of their file, so that tells the line of the file. -#}
with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

malformed_files as (

    select distinct file_path
    from lines
    where unreadable_column is not null

),

first_lines as (

    select
        lines.file_path,
        min(lines.line_id) as line_id

    from lines

    inner join malformed_files
        on lines.file_path = malformed_files.file_path

    group by 1

),

final as (

    select
        ---------- ids
        lines.line_id,
        lines.invoice_id,
        lines.stock_code,

        ---------- strings
        lines.file_name,
        lines.unreadable_column,
        lines.unreadable_text,

        ---------- numbers
        lines.line_id - first_lines.line_id + 2 as file_line_number

    from lines

    inner join first_lines
        on lines.file_path = first_lines.file_path

    where lines.unreadable_column is not null

)

select * from final
