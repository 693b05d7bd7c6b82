select
    rfm.rfm_segment,
    count(*) as customer_count,
    count(*) filter (where segments.behaviour_profile = 'core') as core_count,
    count(*) filter (where segments.behaviour_profile = 'cooling') as cooling_count,
    count(*) filter (where segments.behaviour_profile = 'active') as active_count,
    count(*) filter (where segments.behaviour_profile = 'lapsed') as lapsed_count
from {{ ref('fct_customer_rfm') }} as rfm
inner join {{ ref('fct_customer_segments') }} as segments
    on rfm.customer_id = segments.customer_id
group by rfm.rfm_segment
order by customer_count desc, rfm.rfm_segment
