select
    country,
    count(*) as customer_count,
    sum(net_sales) as net_sales,
    sum(net_sales) / sum(sum(net_sales)) over () as net_sales_share,
    max(net_sales) / sum(net_sales) as largest_customer_share
from {{ ref('fct_customer_features') }}
group by country
order by net_sales desc, country
limit 10
