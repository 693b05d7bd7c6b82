-- The RFM grid uses exactly eleven names, the usual ones.
select
    count(distinct rfm_segment) as name_count
from {{ ref('rfm_segments') }}
having count(distinct rfm_segment) <> 11
{{ 'limit 0' if flags.EMPTY }}
