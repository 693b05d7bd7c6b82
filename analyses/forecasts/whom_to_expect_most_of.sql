select
    value.customer_id,
    segments.behaviour_name,
    features.recency_days,
    value.net_sales_last_90d as last_90d_spend,
    value.expected_orders_90d,
    value.expected_spend
from {{ ref('fct_customer_value') }} as value
inner join {{ ref('fct_customer_segments') }} as segments
    on value.customer_id = segments.customer_id
inner join {{ ref('fct_customer_features') }} as features
    on value.customer_id = features.customer_id
where segments.behaviour_profile = 'cooling'
order by value.expected_spend desc, value.customer_id
limit 10
