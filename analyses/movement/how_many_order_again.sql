select
    segment_id,
    segment_name,
    sum(customer_count) as customer_month_count,
    sum(reordering_customer_count) / sum(customer_count) as reorder_share
from {{ ref('rpt_segment_retention') }}
where reordering_customer_count is not null
group by segment_id, segment_name
order by reorder_share desc, segment_id
