select
    explanations.customer_id,
    features.order_count,
    explanations.typical_gap_days,
    features.recency_days,
    features.recency_days / explanations.typical_gap_days as gap_ratio,
    features.net_sales
from {{ ref('fct_customer_explanations') }} as explanations
inner join {{ ref('fct_customer_features') }} as features
    on explanations.customer_id = features.customer_id
where
    explanations.is_overdue
    and features.order_count >= 4
order by features.net_sales desc, explanations.customer_id
limit 10
