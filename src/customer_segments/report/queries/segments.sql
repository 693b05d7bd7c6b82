-- One row per segment, behaviours together, as every chart and table lists them.
select
    summary.*,
    segments.behaviour_profile,
    dense_rank() over (order by segments.behaviour_cluster_id) as behaviour_rank,
    dense_rank() over (order by segments.taste_cluster_id) as taste_rank
from rpt_segment_summary as summary
inner join dim_segments as segments on summary.segment_id = segments.segment_id
order by segments.behaviour_cluster_id, segments.taste_cluster_id
