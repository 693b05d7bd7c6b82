-- How surely each segment comes back.
select stability.cluster_name as segment_id, stability.jaccard, stability.is_dissolving
from rpt_model_stability as stability
inner join dim_segments as segments on stability.cluster_name = segments.segment_id
where stability.axis = 'segment'
order by segments.behaviour_cluster_id, segments.taste_cluster_id
