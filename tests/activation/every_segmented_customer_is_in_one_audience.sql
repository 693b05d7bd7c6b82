-- Each customer of fct_customer_segments is in the audience of its segment exactly once, and
-- nobody else is: who returned everything has no segment and gets no offer.
with

segmented as (

    select
        customer_id,
        segment_id

    from {{ ref('fct_customer_segments') }}

),

members as (

    select
        customer_id,
        audience_id,
        count(*) as member_count

    from {{ ref('fct_audience_members') }}
    group by 1, 2

)

select
    coalesce(segmented.customer_id, members.customer_id) as customer_id,
    segmented.segment_id,
    members.audience_id,
    members.member_count
from segmented
full outer join members
    on
        segmented.customer_id = members.customer_id
        and segmented.segment_id = members.audience_id
where
    segmented.customer_id is null
    or coalesce(members.member_count, 0) <> 1
