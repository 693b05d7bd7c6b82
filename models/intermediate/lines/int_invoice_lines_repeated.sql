{%- set line_columns = [
    'invoice_id', 'stock_code', 'quantity', 'invoiced_at', 'unit_price_gbp',
    'customer_id', 'country', 'item_description'
] -%}
{%- set same_line -%}
    lines.{{ line_columns | join(', lines.') }}
{%- endset -%}

{{ config(
    materialized='incremental',
    tags=['by_customer'],
    meta={'has_unidentified': true},
    pre_hook='{{ forget_touched_customers() }}'
) }}
with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}
    {{ of_touched_customers() }}

),

-- Most lines are unlike any other, so the costly comparison is kept to those whose hash repeats.
hashed as (

    select
        line_id,
        {{ row_hash(line_columns) }} as line_hash

    from lines
    where unreadable_column is null

),

repeated_hashes as (

    select line_hash
    from hashed
    group by 1
    having count(*) > 1

),

copies as (

    select
        lines.line_id,
        lines.invoice_id,
        lines.customer_id,
        row_number() over (
            partition by {{ same_line }}
            order by lines.file_path, lines.line_id
        ) as copy_number,
        row_number() over (
            partition by {{ same_line }}, lines.file_path
            order by lines.line_id
        ) as file_copy_number

    from lines

    inner join hashed
        on lines.line_id = hashed.line_id

    inner join repeated_hashes
        on hashed.line_hash = repeated_hashes.line_hash

),

final as (

    select
        line_id,
        invoice_id,
        customer_id,
        case
            when file_copy_number > 1 then 'repeated in its file'
            else 'also in another file'
        end as duplicate_reason

    from copies
    where copy_number > 1

)

select * from final
