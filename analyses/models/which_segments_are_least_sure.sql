select
    stability.cluster_name as segment_id,
    named.segment_name,
    stability.jaccard
from {{ ref('rpt_model_stability') }} as stability
inner join {{ ref('dim_segments') }} as named
    on stability.cluster_name = named.segment_id
where stability.axis = 'segment'
order by stability.jaccard, segment_id
