select
    stock_code,
    item_name,
    product_family,
    customer_count,
    customer_count / (select count(*) from {{ ref('fct_customer_features') }}) as customer_share,
    net_sales
from {{ ref('dim_items') }}
order by customer_count desc, stock_code
limit 10
