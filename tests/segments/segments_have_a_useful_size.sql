-- No segment is too small to act on or so large that it says nothing (variables
-- segment_min_relative_size and segment_max_share). By default a warning: on your own data a reason
-- to look, not to stop.
{{ config(severity=var('segment_size_severity')) }}

select
    segment_id,
    segment_name,
    customer_count,
    customer_share
from {{ ref('rpt_segment_summary') }}
where
    customer_share * (select count(*) from {{ ref('dim_segments') }})
    < {{ var('segment_min_relative_size') }}
    or customer_share > {{ var('segment_max_share') }}
