with ranked as (

    select
        net_sales,
        ntile(10) over (order by net_sales desc, customer_id) as customer_tenth
    from {{ ref('fct_customer_features') }}

)

select
    customer_tenth,
    count(*) as customer_count,
    sum(net_sales) as net_sales,
    sum(net_sales) / sum(sum(net_sales)) over () as net_sales_share,
    sum(sum(net_sales)) over (order by customer_tenth)
    / sum(sum(net_sales)) over () as cumulative_share
from ranked
group by customer_tenth
order by customer_tenth
