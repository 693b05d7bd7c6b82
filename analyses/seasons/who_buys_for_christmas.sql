select
    coalesce(segments.segment_name, 'all segments') as segment_name,
    count(*) as customer_count,
    sum(features.november_december_share * features.net_sales) / sum(features.net_sales)
        as november_december_share
from {{ ref('fct_customer_features') }} as features
inner join {{ ref('fct_customer_segments') }} as segments
    on features.customer_id = segments.customer_id
group by rollup(segments.segment_name)
order by segments.segment_name is not null, november_december_share desc, segment_name
