-- What customers sent back, of all they were sold.
select
    coalesce(sum(returned_value), 0) as returned_value,
    coalesce(sum(sold_value), 0) as sold_value
from fct_orders
