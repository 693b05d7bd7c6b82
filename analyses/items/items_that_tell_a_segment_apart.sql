select
    segment_id,
    stock_code,
    item_name,
    support,
    rest_support,
    lift,
    lift_low,
    lift_high
from {{ ref('rpt_segment_items') }}
where segment_id = 'B1T2' and is_over_bought
order by item_rank, stock_code
limit 10
