with first_orders as (

    select
        customer_id,
        order_date,
        net_sales_gbp,
        row_number() over (partition by customer_id order by ordered_at, invoice_id) as order_number
    from {{ ref('fct_orders') }}
    where is_kept

)

select
    date_trunc('month', order_date) as month_date,
    count(*) as new_customer_count,
    median(net_sales_gbp) as median_first_order_gbp
from first_orders
where order_number = 1
group by 1
order by 1
