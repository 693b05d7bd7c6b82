{#- Anything but numbers is left to check_variables, which says what is wrong. -#}
{%- set bounds = var('price_band_bounds') -%}
{%- set bounds = bounds | select('number') | list if bounds is sequence else [] -%}
{%- set bands = [] -%}
{%- for low, high in zip([0] + bounds, bounds + [none]) -%}
    {%- set band = '%.2f and more' % low if high is none else '%.2f to below %.2f' % (low, high) -%}
    {%- do bands.append(
        'select ' ~ loop.index ~ " as price_band_number, '" ~ band ~ "' as price_band, "
        ~ low ~ ' as low_value, ' ~ ('null' if high is none else high) ~ ' as high_value'
    ) -%}
{%- endfor -%}
with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

price_bands as (

    {{ bands | join(' union all\n    ') }}

),

segments_of_keys as (

    select
        customers.customer_key,
        customer_segments.segment_id

    from customer_segments

    inner join customers
        on customer_segments.customer_id = customers.customer_id

),

-- Prices repeat: bands are looked up for a price, not for a line.
price_totals as (

    select
        segments_of_keys.segment_id,
        sale_lines.unit_price,
        sum(sale_lines.net_unit_count) as net_unit_count,
        sum(sale_lines.net_sales) as net_sales

    from sale_lines

    inner join segments_of_keys
        on sale_lines.customer_key = segments_of_keys.customer_key

    where sale_lines.net_unit_count > 0
    group by 1, 2

),

band_totals as (

    select
        price_totals.segment_id,
        price_bands.price_band_number,
        sum(price_totals.net_unit_count) as net_unit_count,
        sum(price_totals.net_sales) as net_sales

    from price_totals

    inner join price_bands
        on
            price_totals.unit_price >= price_bands.low_value
            and (
                price_totals.unit_price < price_bands.high_value
                or price_bands.high_value is null
            )

    group by 1, 2

),

segment_ids as (

    select distinct segment_id from customer_segments

),

segment_bands as (

    select
        segment_ids.segment_id,
        price_bands.price_band,
        price_bands.price_band_number,
        coalesce(band_totals.net_unit_count, 0) as net_unit_count,
        coalesce(band_totals.net_sales, 0) as net_sales

    from segment_ids

    cross join price_bands

    left join band_totals
        on
            segment_ids.segment_id = band_totals.segment_id
            and price_bands.price_band_number = band_totals.price_band_number

),

shares as (

    select
        *,
        cast(net_unit_count as double)
        / sum(net_unit_count) over (partition by segment_id) as unit_share,
        cast(sum(net_unit_count) over (partition by price_band_number) as double)
        / sum(net_unit_count) over () as all_unit_share,
        cast(net_sales as double)
        / nullif(cast(sum(net_sales) over (partition by segment_id) as double), 0)
            as net_sales_share,
        cast(sum(net_sales) over (partition by price_band_number) as double)
        / nullif(cast(sum(net_sales) over () as double), 0) as all_net_sales_share

    from segment_bands

),

final as (

    select
        ---------- ids
        segment_id,

        ---------- strings
        price_band,

        ---------- numbers
        cast(price_band_number as bigint) as price_band_number,
        cast(net_unit_count as bigint) as net_unit_count,
        unit_share,
        unit_share / nullif(all_unit_share, 0) as unit_index,
        cast(net_sales as decimal(18, 2)) as net_sales,
        net_sales_share,
        net_sales_share / nullif(all_net_sales_share, 0) as net_sales_index

    from shares

)

select * from final
