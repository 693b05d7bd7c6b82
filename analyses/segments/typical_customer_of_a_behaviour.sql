select
    segments.behaviour_name,
    count(*) as customer_count,
    median(features.recency_days) as median_recency_days,
    median(features.order_count) as median_order_count,
    median(features.average_order_value) as median_order_value,
    median(features.item_count) as median_item_count,
    median(features.repeat_item_share) as median_repeat_item_share
from {{ ref('fct_customer_segments') }} as segments
inner join {{ ref('fct_customer_features') }} as features
    on segments.customer_id = features.customer_id
group by segments.behaviour_name
order by min(segments.segment_id)
