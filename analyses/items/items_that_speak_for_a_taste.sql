select
    taste_name,
    item_rank,
    item_name,
    points,
    customer_count
from {{ ref('rpt_taste_items') }}
where item_rank <= 5
order by taste_cluster_id, item_rank
