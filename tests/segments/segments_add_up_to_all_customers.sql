-- The segments add up to the total, and that is all featured customers with all they bought.
with

segment_sums as (

    select
        is_total,
        sum(customer_count) as customer_count,
        sum(order_count) as order_count,
        sum(net_sales_last_90d) as net_sales_last_90d,
        coalesce(sum(net_sales_previous_90d), 0) as net_sales_previous_90d,
        sum(net_sales) as net_sales,
        -- Each segment is rounded to the penny, the total once.
        0.01 * count(*) as tolerance

    from {{ ref('int_segments_summarised') }}
    group by 1

),

segments as (

    select * from segment_sums
    where not is_total

),

totals as (

    select * from segment_sums
    where is_total

),

features as (

    select
        count(*) as customer_count,
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(net_sales), 0) as net_sales

    from {{ ref('fct_customer_features') }}

)

select
    segments.customer_count as segment_customer_count,
    totals.customer_count as total_customer_count,
    features.customer_count as featured_customer_count
from segments
full outer join totals
    on segments.is_total <> totals.is_total
cross join features
where
    segments.customer_count is null
    or totals.customer_count is null
    or segments.customer_count <> totals.customer_count
    or segments.order_count <> totals.order_count
    or abs(segments.net_sales - totals.net_sales) > segments.tolerance
    or abs(segments.net_sales_last_90d - totals.net_sales_last_90d)
    > segments.tolerance
    or abs(segments.net_sales_previous_90d - totals.net_sales_previous_90d)
    > segments.tolerance
    or features.customer_count <> totals.customer_count
    or features.order_count <> totals.order_count
    or abs(features.net_sales - totals.net_sales) > totals.tolerance
