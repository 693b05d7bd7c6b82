with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

input_totals as (

    select
        count(*) as line_count,
        count(distinct file_path) as file_count,
        min(file_name) as first_file_name,
        max(file_name) as last_file_name,
        min(invoiced_at) filter (where unreadable_column is null) as first_invoiced_at,
        max(invoiced_at) filter (where unreadable_column is null) as last_invoiced_at,
        count(*) filter (
            where lower(country) = {{ quoted(var('home_country') | trim | lower) }}
        ) as home_country_line_count

    from lines

),

final as (

    select
        ---------- strings
        input_totals.first_file_name,
        input_totals.last_file_name,
        {{ quoted(var('customer_scope')) }} as customer_scope,
        {{ quoted(var('home_country')) }} as home_country,
        {{ quoted(var('currency')) }} as currency,

        ---------- numbers
        input_totals.file_count,
        input_totals.line_count,
        input_totals.home_country_line_count,

        ---------- dates
        as_of.as_of_date,
        input_totals.first_invoiced_at,
        input_totals.last_invoiced_at

    from input_totals

    cross join as_of

)

select * from final
