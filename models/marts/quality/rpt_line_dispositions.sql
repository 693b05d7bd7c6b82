with

lines as (

    select * from {{ ref('int_invoice_lines_classified') }}

),

final as (

    select
        ---------- strings
        disposition,
        reason,

        ---------- numbers
        count(*) as line_count,
        cast(coalesce(sum(quantity), 0) as bigint) as unit_count,
        cast(coalesce(sum(line_gbp), 0) as decimal(18, 4)) as value_gbp

    from lines
    group by 1, 2

)

select * from final
