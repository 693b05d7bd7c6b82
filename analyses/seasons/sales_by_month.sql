select
    date_trunc('month', order_date) as month_date,
    count(distinct customer_id) as customer_count,
    count(*) as order_count,
    sum(net_sales_gbp) as net_sales_gbp,
    sum(net_sales_gbp) / count(*) as average_order_gbp
from {{ ref('fct_orders') }}
where is_kept
group by 1
order by 1
