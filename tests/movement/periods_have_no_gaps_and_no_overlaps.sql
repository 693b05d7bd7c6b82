-- A customer with something left at a month end is in exactly one period on the day after it, and
-- a customer with nothing left is in none.
with

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

periods as (

    select * from {{ ref('fct_customer_segment_history') }}

)

select
    customers.customer_id,
    customers.as_of_date,
    customers.order_count,
    count(periods.customer_id) as period_count
from customers

left join periods
    on
        customers.customer_id = periods.customer_id
        and customers.as_of_date >= periods.valid_from
        and customers.as_of_date < coalesce(periods.valid_to, cast('9999-12-31' as date))

group by 1, 2, 3
having count(periods.customer_id) <> case when customers.order_count > 0 then 1 else 0 end
