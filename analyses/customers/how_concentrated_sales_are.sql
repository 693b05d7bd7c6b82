with ranked as (

    select
        net_sales_gbp,
        ntile(10) over (order by net_sales_gbp desc, customer_id) as customer_tenth
    from {{ ref('fct_customer_features') }}

)

select
    customer_tenth,
    count(*) as customer_count,
    sum(net_sales_gbp) as net_sales_gbp,
    sum(net_sales_gbp) / sum(sum(net_sales_gbp)) over () as net_sales_share,
    sum(sum(net_sales_gbp)) over (order by customer_tenth)
    / sum(sum(net_sales_gbp)) over () as cumulative_share
from ranked
group by customer_tenth
order by customer_tenth
