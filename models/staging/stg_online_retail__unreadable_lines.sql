with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}
    where is_line and unreadable_column is not null

),

source as (

    select * from {{ invoice_lines() }}

),

final as (

    select
        lines.line_id,
        {{ unreadable_text('lines.unreadable_column') | indent(8) }} as unreadable_text

    from lines

    inner join source
        on lines.line_id = source.line_number

)

select * from final
