select
    customer_id,
    country,
    order_count,
    median_days_between_orders,
    recency_days,
    recency_days / median_days_between_orders as gap_ratio,
    net_sales
from {{ ref('fct_customer_features') }}
where
    order_count >= 4
    and recency_days > 3 * median_days_between_orders
order by net_sales desc, customer_id
limit 10
