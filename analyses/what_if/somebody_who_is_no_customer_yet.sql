select
    invented.*,
    scored.behaviour_name,
    scored.behaviour_runner_up_name
from (
    values (1, 1, 90), (30, 4, 1500), (200, 2, 6000)
) as invented (recency_days, order_count, net_sales)
cross join
    score_behaviour(
        invented.recency_days, invented.order_count, invented.net_sales
    ) as scored
order by invented.recency_days
