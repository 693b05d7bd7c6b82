select
    features.country,
    count(*) as customer_count,
    count(*) filter (where named.behaviour_profile = 'core') / count(*) as core_share,
    count(*) filter (where named.behaviour_profile = 'cooling') / count(*) as cooling_share,
    count(*) filter (where named.behaviour_profile = 'active') / count(*) as active_share,
    count(*) filter (where named.behaviour_profile = 'lapsed') / count(*) as lapsed_share
from {{ ref('fct_customer_features') }} as features
inner join {{ ref('fct_customer_segments') }} as segments
    on features.customer_id = segments.customer_id
inner join {{ ref('dim_segments') }} as named
    on segments.segment_id = named.segment_id
group by features.country
having count(*) >= 10
order by lapsed_share desc, features.country
