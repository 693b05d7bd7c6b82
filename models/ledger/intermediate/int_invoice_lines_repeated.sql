{%- set same_line -%}
    lines.invoice_key, lines.item_key, lines.quantity, lines.invoiced_at, lines.unit_price,
    lines.customer_key, lines.country_key, lines.description_key
{%- endset -%}

{{ config(post_hook=['{{ check_repeated_lines() }}', '{{ check_files_of_invoices() }}']) }}
with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

files as (

    select * from {{ ref('stg_online_retail__files') }}

),

-- Once more, with few columns: DuckDB keeps a copy of a CTE that is read twice.
line_items as (

    select
        customer_key,
        invoice_key,
        item_key,
        unreadable_column

    from {{ ref('stg_online_retail__invoice_lines') }}

),

-- Few lines share their customer, invoice and item with another: only these are compared in all
-- columns.
repeated_items as (

    select {{ row_hash(['customer_key', 'invoice_key', 'item_key']) }} as item_hash
    from line_items
    where unreadable_column is null
    group by 1
    having count(*) > 1

),

copies as (

    select
        lines.line_id,
        lines.invoice_key,
        lines.customer_key,
        lines.item_key,
        lines.file_key,
        row_number() over (
            partition by {{ same_line }}
            order by files.file_path, lines.line_id
        ) as copy_number,
        row_number() over (
            partition by {{ same_line }}, lines.file_key
            order by lines.line_id
        ) as file_copy_number

    from lines

    inner join repeated_items
        on
            {{ row_hash(['lines.customer_key', 'lines.invoice_key', 'lines.item_key']) }}
            = repeated_items.item_hash

    inner join files
        on lines.file_key = files.file_key

    where lines.unreadable_column is null

),

final as (

    select
        line_id,
        invoice_key,
        customer_key,
        item_key,
        file_key,
        case
            when copy_number = 1 then null
            when file_copy_number > 1 then 'repeated in its file'
            else 'also in another file'
        end as duplicate_reason

    from copies

)

select * from final
