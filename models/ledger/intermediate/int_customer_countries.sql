{{ config(post_hook=['{{ check_home_country() }}', '{{ check_country_counts() }}']) }}
with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

duplicates as (

    select * from {{ ref('int_invoice_lines_repeated') }}
    where duplicate_reason is not null

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

customer_countries as (

    select
        lines.customer_id,
        coalesce(lines.country, 'Unspecified') as country,
        sum(lines.line_value) as net_value,
        max(lines.invoiced_at) as last_invoiced_at

    from lines

    cross join as_of

    where
        lines.line_id not in (select duplicates.line_id from duplicates)
        and lines.invoiced_at < as_of.as_of_date
        and lines.customer_id is not null
        and lines.unreadable_column is null

    group by 1, 2

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by net_value desc, last_invoiced_at desc, country
        ) as country_rank,
        count(*) over (partition by customer_id) as country_count

    from customer_countries

),

final as (

    select
        customer_id,
        country,
        country_count,
        {{ is_in_scope('country') }} as is_in_scope

    from ranked
    where country_rank = 1

)

select * from final
