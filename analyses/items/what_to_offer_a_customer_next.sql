select
    offered.customer_id,
    offered.item_rank,
    offered.stock_code,
    offered.item_name,
    offered.product_family,
    offered.expected_lift
from {{ ref('fct_next_best_items') }} as offered
where
    offered.customer_id = (
        select customer_id
        from {{ ref('fct_customer_features') }}
        order by net_sales desc, customer_id
        limit 1
    )
order by offered.item_rank
limit 5
