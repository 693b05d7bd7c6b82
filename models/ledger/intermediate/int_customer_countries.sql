{{ config(post_hook=['{{ check_home_country() }}', '{{ check_country_counts() }}']) }}
-- The check of the home country reads it. depends_on: {{ ref('country_regions') }}
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

countries as (

    select distinct
        country_key,
        country

    from {{ ref('stg_online_retail__countries') }}

),

customer_ids as (

    select * from {{ ref('dim_customer_ids') }}

),

country_totals as (

    select
        lines.customer_key,
        lines.country_key,
        sum(lines.line_value) as net_value,
        max(lines.invoiced_at) as last_invoiced_at

    from lines

    cross join as_of

    where
        lines.line_id not in (select duplicates.line_id from duplicates)
        and lines.invoiced_at < as_of.as_of_date
        and lines.customer_key is not null
        and lines.unreadable_column is null

    group by 1, 2

),

-- No country and one that is called so are the same.
customer_countries as (

    select
        country_totals.customer_key,
        coalesce(countries.country, 'Unspecified') as country,
        sum(country_totals.net_value) as net_value,
        max(country_totals.last_invoiced_at) as last_invoiced_at

    from country_totals

    left join countries
        on country_totals.country_key = countries.country_key

    group by 1, 2

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_key
            order by net_value desc, last_invoiced_at desc, country
        ) as country_rank,
        count(*) over (partition by customer_key) as country_count

    from customer_countries

),

final as (

    select
        ---------- ids
        ranked.customer_key,
        customer_ids.customer_id,

        ---------- strings
        ranked.country,

        ---------- numbers
        ranked.country_count,

        ---------- booleans
        {{ is_in_scope('ranked.country') }} as is_in_scope

    from ranked

    inner join customer_ids
        on ranked.customer_key = customer_ids.customer_key

    where ranked.country_rank = 1

)

select * from final
