select
    after.customer_id,
    after.segment_name,
    after.what_if_segment_name,
    after.is_moved
from what_if_order('31691', 500, stock_codes := ['93367', '94605']) as after
