-- As of now, the dated features are those of fct_customer_features, customer by customer.
with

features as (

    select * from {{ ref('fct_customer_features') }}

),

customers as (

    select * from {{ ref('int_customers_at_month_end') }}
    where
        is_current
        and order_count > 0

)

select
    coalesce(features.customer_id, customers.customer_id) as customer_id,
    features.recency_days,
    customers.recency_days as dated_recency_days
from features
full outer join customers
    on features.customer_id = customers.customer_id
where
    coalesce(
        features.recency_days <> customers.recency_days
        or features.order_count <> customers.order_count
        or features.net_sales <> customers.net_sales,
        true
    )
