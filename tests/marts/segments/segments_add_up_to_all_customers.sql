-- Customers and orders of the segments are those of all featured customers.
with

summary as (

    select
        coalesce(sum(customer_count), 0) as customer_count,
        coalesce(sum(order_count), 0) as order_count

    from {{ ref('rpt_segment_summary') }}

),

features as (

    select
        count(*) as customer_count,
        coalesce(sum(order_count), 0) as order_count

    from {{ ref('fct_customer_features') }}

)

select
    summary.customer_count as segment_customer_count,
    features.customer_count as featured_customer_count
from summary
cross join features
where
    summary.customer_count <> features.customer_count
    or summary.order_count <> features.order_count
