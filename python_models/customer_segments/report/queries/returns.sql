-- What customers sent back, of all they were sold.
select
    coalesce(sum(returned_gbp), 0) as returned_gbp,
    coalesce(sum(sold_gbp), 0) as sold_gbp
from fct_orders
