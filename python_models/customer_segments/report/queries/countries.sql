-- Countries of each segment's customers, largest first.
select segment_id, country, region, customer_count, net_sales_gbp
from rpt_segment_countries
order by segment_id, customer_count desc, net_sales_gbp desc, country
