{%- set same_line -%}
    lines.invoice_id, lines.stock_code, lines.quantity, lines.invoiced_at, lines.unit_price,
    lines.customer_id, lines.country, lines.item_description
{%- endset -%}

{{ config(post_hook='{{ check_files_of_invoices() }}') }}
with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

-- Once more, with few columns: DuckDB keeps a copy of a CTE that is read twice.
line_items as (

    select
        customer_id,
        invoice_id,
        stock_code,
        unreadable_column

    from {{ ref('stg_online_retail__invoice_lines') }}

),

-- Few lines share their customer, invoice and item with another: only these are compared in all
-- columns.
repeated_items as (

    select {{ row_hash(['customer_id', 'invoice_id', 'stock_code']) }} as item_hash
    from line_items
    where unreadable_column is null
    group by 1
    having count(*) > 1

),

copies as (

    select
        lines.line_id,
        lines.invoice_id,
        lines.customer_id,
        lines.stock_code,
        lines.file_path,
        row_number() over (
            partition by {{ same_line }}
            order by lines.file_path, lines.line_id
        ) as copy_number,
        row_number() over (
            partition by {{ same_line }}, lines.file_path
            order by lines.line_id
        ) as file_copy_number

    from lines

    inner join repeated_items
        on
            {{ row_hash(['lines.customer_id', 'lines.invoice_id', 'lines.stock_code']) }}
            = repeated_items.item_hash

    where lines.unreadable_column is null

),

final as (

    select
        line_id,
        invoice_id,
        customer_id,
        stock_code,
        file_path,
        case
            when copy_number = 1 then null
            when file_copy_number > 1 then 'repeated in its file'
            else 'also in another file'
        end as duplicate_reason

    from copies

)

select * from final
