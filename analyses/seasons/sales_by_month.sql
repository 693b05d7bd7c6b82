select
    date_trunc('month', order_date) as month_date,
    count(distinct customer_id) as customer_count,
    count(*) as order_count,
    sum(net_sales) as net_sales,
    sum(net_sales) / count(*) as average_order_value
from {{ ref('fct_orders') }}
where has_net_units
group by 1
order by 1
