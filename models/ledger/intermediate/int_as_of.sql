with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

final as (

    select
        {% if var('as_of') | string == 'data' -%}
            cast({{ dbt.dateadd('day', 1, 'cast(max(invoiced_at) as date)') }} as date)
        {%- else -%}
            max(cast('{{ var("as_of") }}' as date))
        {%- endif %} as as_of_date

    from lines
    where unreadable_column is null

)

select * from final
