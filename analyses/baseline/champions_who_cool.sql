select
    rfm.customer_id,
    rfm.rfm_cell,
    rfm.recency_days,
    rfm.order_count,
    rfm.net_sales,
    segments.segment_name
from {{ ref('fct_customer_rfm') }} as rfm
inner join {{ ref('fct_customer_segments') }} as segments
    on rfm.customer_id = segments.customer_id
where
    rfm.rfm_segment = 'Champions'
    and segments.behaviour_profile <> 'core'
order by rfm.net_sales desc, rfm.customer_id
limit 10
