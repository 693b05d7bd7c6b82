-- Customers of each segment by how surely a refit would put them there.
with counted as (
    select
        segment_id,
        segment_name,
        case when confidence >= 0.8 then 1 when confidence >= 0.6 then 2 else 3 end as band_rank,
        count(*) as customer_count
    from fct_customer_segments
    where confidence is not null
    group by all
)

select
    *,
    customer_count / sum(customer_count) over (partition by segment_id) as customer_share
from counted
order by segment_id, band_rank
