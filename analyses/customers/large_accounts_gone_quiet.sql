select
    features.customer_id,
    features.country,
    features.net_sales,
    features.recency_days,
    segments.taste_name,
    playbook.owner
from {{ ref('fct_customer_segments') }} as segments
inner join {{ ref('fct_customer_features') }} as features
    on segments.customer_id = features.customer_id
inner join {{ ref('dim_playbook') }} as playbook
    on segments.behaviour_profile = playbook.behaviour_profile
where segments.behaviour_profile = 'cooling'
order by features.net_sales desc, features.customer_id
limit 10
