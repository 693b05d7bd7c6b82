select
    segment_id,
    stock_code,
    item_name,
    support,
    other_support,
    difference,
    difference_low,
    difference_high
from {{ ref('rpt_segment_items') }}
where
    segment_id = 'B1T2'
    and compared = 'taste within behaviour'
    and is_over_bought
order by item_rank, stock_code
limit 10
