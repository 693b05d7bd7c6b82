-- The current period of each customer has the segment of fct_customer_segments, and nobody else has
-- one: both come from the same lines on different ways.
with

customer_segments as (

    select
        customer_id,
        segment_id

    from {{ ref('fct_customer_segments') }}

),

current_periods as (

    select
        customer_id,
        segment_id

    from {{ ref('fct_customer_segment_history') }}
    where is_current

)

select
    coalesce(customer_segments.customer_id, current_periods.customer_id) as customer_id,
    customer_segments.segment_id,
    current_periods.segment_id as period_segment_id
from customer_segments
full outer join current_periods
    on customer_segments.customer_id = current_periods.customer_id
where coalesce(customer_segments.segment_id <> current_periods.segment_id, true)
