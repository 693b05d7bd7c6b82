-- The headline numbers.
select
    total.*,
    (select count(distinct country) from fct_customer_features) as country_count,
    (select count(*) from fct_cancellations) > 0 as has_returns
from rpt_segment_total as total
