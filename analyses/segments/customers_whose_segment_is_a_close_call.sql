select
    segments.customer_id,
    features.net_sales,
    segments.segment_id,
    segments.behaviour_runner_up_segment_id,
    segments.behaviour_confidence,
    segments.taste_runner_up_segment_id,
    segments.taste_confidence,
    segments.is_taste_weak
from {{ ref('fct_customer_segments') }} as segments
inner join {{ ref('fct_customer_features') }} as features
    on segments.customer_id = features.customer_id
where
    features.net_sales >= 1000
    and segments.confidence < 0.995
order by segments.confidence, segments.customer_id
limit 10
