with first_orders as (

    select
        customer_id,
        order_date,
        net_sales,
        row_number() over (partition by customer_id order by ordered_at, invoice_id) as order_number
    from {{ ref('fct_orders') }}
    where has_net_units

)

select
    date_trunc('month', order_date) as month_date,
    count(*) as new_customer_count,
    median(net_sales) as median_first_order_value
from first_orders
where order_number = 1
group by 1
order by 1
