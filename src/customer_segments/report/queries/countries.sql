-- Countries of each segment's customers, largest first.
select segment_id, country, region, customer_count, net_sales
from rpt_segment_countries
order by segment_id, customer_count desc, net_sales desc, country
