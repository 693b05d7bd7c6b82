-- The customers with a value are those with features, with the same orders and net sales.
with

features as (

    select * from {{ ref('fct_customer_features') }}

),

customer_values as (

    select * from {{ ref('fct_customer_value') }}

)

select
    coalesce(features.customer_id, customer_values.customer_id) as customer_id,
    features.order_count as featured_order_count,
    customer_values.order_count as valued_order_count
from features
full outer join customer_values
    on features.customer_id = customer_values.customer_id
where
    features.customer_id is null
    or customer_values.customer_id is null
    or features.order_count <> customer_values.order_count
    or features.net_sales <> customer_values.net_sales
