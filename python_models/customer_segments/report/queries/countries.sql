-- Countries of each segment's customers, largest first.
select
    segments.segment_id,
    coalesce(features.country, 'not named') as country,
    count(*) as customer_count,
    sum(features.net_sales_gbp) as net_sales_gbp
from fct_customer_segments as segments
inner join fct_customer_features as features on segments.customer_id = features.customer_id
group by all
order by segment_id, customer_count desc, net_sales_gbp desc, country
