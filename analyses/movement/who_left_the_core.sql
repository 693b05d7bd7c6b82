with half_a_year_ago as (

    select history.customer_id
    from {{ ref('fct_customer_segment_history') }} as history
    cross join {{ ref('rpt_build') }} as build
    inner join {{ ref('dim_segments') }} as named
        on history.segment_id = named.segment_id
    where
        history.valid_from <= build.as_of_date - interval 6 month
        and coalesce(history.valid_to, build.as_of_date) > build.as_of_date - interval 6 month
        and named.behaviour_profile = 'core'

)

select
    features.customer_id,
    features.net_sales,
    features.recency_days,
    segments.segment_name
from half_a_year_ago
inner join {{ ref('fct_customer_segments') }} as segments
    on half_a_year_ago.customer_id = segments.customer_id
inner join {{ ref('fct_customer_features') }} as features
    on half_a_year_ago.customer_id = features.customer_id
where segments.behaviour_profile <> 'core'
order by features.net_sales desc, features.customer_id
limit 10
