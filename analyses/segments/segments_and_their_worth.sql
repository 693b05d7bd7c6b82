select
    segment_id,
    segment_name,
    customer_count,
    customer_share,
    net_sales,
    net_sales_share
from {{ ref('rpt_segment_summary') }}
order by net_sales desc, segment_id
