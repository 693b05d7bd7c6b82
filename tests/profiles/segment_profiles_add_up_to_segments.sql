-- Customers by country, orders by month and by weekday, and net sales by price band of each segment
-- are those of the segment.
with

summary as (

    select * from {{ ref('rpt_segment_summary') }}
    where customer_count > 0

),

countries as (

    select
        segment_id,
        sum(customer_count) as customer_count

    from {{ ref('rpt_segment_countries') }}
    group by 1

),

seasons as (

    select
        segment_id,
        sum(order_count) filter (where calendar = 'month') as month_order_count,
        sum(order_count) filter (where calendar = 'weekday') as weekday_order_count

    from {{ ref('rpt_segment_seasons') }}
    group by 1

),

price_bands as (

    select
        segment_id,
        sum(net_sales) as net_sales

    from {{ ref('rpt_segment_price_bands') }}
    group by 1

)

select
    summary.segment_id,
    summary.customer_count,
    countries.customer_count as country_customer_count,
    summary.order_count,
    seasons.month_order_count,
    seasons.weekday_order_count,
    summary.net_sales,
    price_bands.net_sales as price_band_net_sales
from summary
left join countries
    on summary.segment_id = countries.segment_id
left join seasons
    on summary.segment_id = seasons.segment_id
left join price_bands
    on summary.segment_id = price_bands.segment_id
where
    summary.customer_count <> coalesce(countries.customer_count, 0)
    or summary.order_count <> coalesce(seasons.month_order_count, 0)
    or summary.order_count <> coalesce(seasons.weekday_order_count, 0)
    -- Each band is rounded to a penny.
    or abs(summary.net_sales - coalesce(price_bands.net_sales, 0)) > 0.10
