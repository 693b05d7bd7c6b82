select
    segments.behaviour_name,
    orders.order_value,
    count(*) as customer_count,
    count(*) filter (where after_named.behaviour_profile = 'core') as moved_customer_count
from {{ ref('fct_customer_segments') }} as segments
cross join (values (100), (250), (500), (1000)) as orders (order_value)
cross join what_if_order(segments.customer_id, orders.order_value) as after
inner join {{ ref('dim_segments') }} as after_named
    on after.what_if_segment_id = after_named.segment_id
where segments.behaviour_profile <> 'core'
group by segments.behaviour_name, orders.order_value
order by segments.behaviour_name, orders.order_value
