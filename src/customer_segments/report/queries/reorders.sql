-- Of the customers of each behaviour at a month end, those who ordered in the days after.
select
    segments.behaviour_name,
    segments.behaviour_profile,
    retention.month_end_date,
    retention.reorder_days,
    sum(retention.customer_count) as customer_count,
    sum(retention.reordering_customer_count) as reordering_customer_count,
    sum(retention.reordering_customer_count) / sum(retention.customer_count) as reorder_share
from rpt_segment_retention as retention
inner join dim_segments as segments on retention.segment_id = segments.segment_id
group by all
having sum(retention.customer_count) > 0
order by min(segments.behaviour_cluster_id), retention.month_end_date
