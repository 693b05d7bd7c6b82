select
    customer_status,
    count(*) as customer_count,
    min(customer_id) as example_customer_id
from {{ ref('dim_customers') }}
group by customer_status
order by customer_count desc, customer_status
