select
    orders.customer_id,
    sum(orders.sold_value) as sold_value,
    sum(orders.returned_value) as returned_value,
    sum(orders.returned_value) / sum(orders.sold_value) as returned_value_share,
    sum(orders.returned_unit_count) / sum(orders.sold_unit_count) as returned_unit_share
from {{ ref('fct_orders') }} as orders
group by orders.customer_id
having sum(orders.sold_value) >= 1000
order by returned_value_share desc, orders.customer_id
limit 10
