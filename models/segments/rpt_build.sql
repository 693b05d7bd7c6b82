with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

files as (

    select * from {{ ref('stg_online_retail__files') }}

),

reading_notes as (

    {{ reading_notes() | indent(4) }}

),

home_countries as (

    select distinct country_key
    from {{ ref('stg_online_retail__countries') }}
    where lower(country) = {{ quoted(var('home_country') | trim | lower) }}

),

line_totals as (

    select
        file_key,
        country_key,
        count(*) as line_count,
        count(case when is_filled then 1 end) as filled_line_count,
        min(invoiced_at) filter (where unreadable_column is null) as first_invoiced_at,
        max(invoiced_at) filter (where unreadable_column is null) as last_invoiced_at

    from lines
    group by 1, 2

),

input_totals as (

    select
        cast(sum(line_totals.line_count) as bigint) as line_count,
        cast(sum(line_totals.filled_line_count) as bigint) as filled_line_count,
        count(distinct files.file_path) as file_count,
        min(files.file_name) as first_file_name,
        max(files.file_name) as last_file_name,
        min(line_totals.first_invoiced_at) as first_invoiced_at,
        max(line_totals.last_invoiced_at) as last_invoiced_at,
        cast(
            coalesce(
                sum(line_totals.line_count) filter (where home_countries.country_key is not null), 0
            ) as bigint
        ) as home_country_line_count

    from line_totals

    inner join files
        on line_totals.file_key = files.file_key

    left join home_countries
        on line_totals.country_key = home_countries.country_key

),

levels as (

    select coalesce(max(item_level), 'stock code') as item_level
    from {{ ref('int_item_names') }}

),

final as (

    select
        ---------- strings
        input_totals.first_file_name,
        input_totals.last_file_name,
        {{ quoted(var('customer_scope')) }} as customer_scope,
        {{ quoted(var('home_country')) }} as home_country,
        {{ quoted(var('currency')) }} as currency,
        levels.item_level,
        reading_notes.notes as reading_notes,

        ---------- numbers
        input_totals.file_count,
        input_totals.line_count,
        input_totals.filled_line_count,
        input_totals.home_country_line_count,

        ---------- dates
        as_of.as_of_date,
        input_totals.first_invoiced_at,
        input_totals.last_invoiced_at

    from input_totals

    cross join as_of

    cross join levels

    cross join reading_notes

)

select * from final
