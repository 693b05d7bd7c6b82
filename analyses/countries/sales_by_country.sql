select
    country,
    count(*) as customer_count,
    sum(net_sales_gbp) as net_sales_gbp,
    sum(net_sales_gbp) / sum(sum(net_sales_gbp)) over () as net_sales_share,
    max(net_sales_gbp) / sum(net_sales_gbp) as largest_customer_share
from {{ ref('fct_customer_features') }}
group by country
order by net_sales_gbp desc, country
limit 10
