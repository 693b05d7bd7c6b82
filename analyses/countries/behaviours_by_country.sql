select
    features.country,
    count(*) as customer_count,
    count(*) filter (where segments.behaviour_profile = 'core') / count(*) as core_share,
    count(*) filter (where segments.behaviour_profile = 'cooling') / count(*) as cooling_share,
    count(*) filter (where segments.behaviour_profile = 'active') / count(*) as active_share,
    count(*) filter (where segments.behaviour_profile = 'lapsed') / count(*) as lapsed_share
from {{ ref('fct_customer_features') }} as features
inner join {{ ref('fct_customer_segments') }} as segments
    on features.customer_id = segments.customer_id
group by features.country
having count(*) >= 10
order by lapsed_share desc, features.country
