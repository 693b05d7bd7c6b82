-- The headline numbers.
select
    summary.*,
    (select count(distinct country) from fct_customer_features) as country_count
from rpt_segment_summary as summary
where is_total
