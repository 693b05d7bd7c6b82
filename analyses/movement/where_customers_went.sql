select
    from_segment_name,
    to_segment_name,
    customer_count,
    from_share,
    net_sales
from {{ ref('rpt_segment_migration') }}
where
    is_current
    and not is_stay
order by customer_count desc, from_segment_name, to_segment_name
limit 10
