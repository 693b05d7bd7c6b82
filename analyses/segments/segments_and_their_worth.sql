select
    segment_id,
    segment_name,
    customer_count,
    customer_share,
    net_sales,
    net_sales_share,
    net_sales_growth
from {{ ref('rpt_segment_summary') }}
where not is_total
order by net_sales desc, segment_id
