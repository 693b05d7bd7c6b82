-- Product families that each segment over-buys, chosen as the items are.
with named as (
    select
        *,
        max(compared) over (partition by segment_id) as first_compared
    from rpt_segment_families
    where family_rank is not null and product_family <> 'Other'
)

select
    segment_id,
    product_family,
    support,
    other_support,
    compared
from named
where compared = first_compared and family_rank <= 3
order by segment_id, family_rank
