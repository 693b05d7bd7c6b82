with

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

regions as (

    select * from {{ ref('country_regions') }}

),

segment_countries as (

    select
        customer_segments.segment_id,
        features.country,
        count(*) as customer_count,
        sum(features.net_sales) as net_sales

    from customer_segments

    inner join features
        on customer_segments.customer_id = features.customer_id

    group by 1, 2

),

shares as (

    select
        segment_id,
        country,
        customer_count,
        net_sales,
        cast(customer_count as double)
        / sum(customer_count) over (partition by segment_id) as customer_share,
        cast(sum(customer_count) over (partition by country) as double)
        / sum(customer_count) over () as all_customer_share,
        cast(net_sales as double)
        / nullif(cast(sum(net_sales) over (partition by segment_id) as double), 0)
            as net_sales_share,
        cast(sum(net_sales) over (partition by country) as double)
        / nullif(cast(sum(net_sales) over () as double), 0) as all_net_sales_share

    from segment_countries

),

final as (

    select
        ---------- ids
        shares.segment_id,

        ---------- strings
        shares.country,
        coalesce(regions.region, 'Other') as region,

        ---------- numbers
        shares.customer_count,
        shares.customer_share,
        shares.customer_share / shares.all_customer_share as customer_index,
        cast(shares.net_sales as decimal(18, 2)) as net_sales,
        shares.net_sales_share,
        shares.net_sales_share / nullif(shares.all_net_sales_share, 0) as net_sales_index

    from shares

    left join regions
        on lower(trim(shares.country)) = lower(regions.country)

)

select * from final
