-- Customers of each behaviour at each month end.
select
    segments.behaviour_name,
    migration.month_end_date,
    migration.is_current,
    sum(migration.customer_count) as customer_count
from rpt_segment_migration as migration
inner join dim_segments as segments on migration.to_segment_id = segments.segment_id
group by all
order by migration.month_end_date, min(segments.behaviour_cluster_id)
