-- Each customer of fct_customer_features is in fct_customer_segments exactly once.
with

features as (

    select customer_id from {{ ref('fct_customer_features') }}

),

customer_segments as (

    select
        customer_id,
        count(*) as segment_count

    from {{ ref('fct_customer_segments') }}
    where segment_id is not null
    group by 1

)

select
    coalesce(features.customer_id, customer_segments.customer_id) as customer_id,
    coalesce(customer_segments.segment_count, 0) as segment_count
from features
full outer join customer_segments
    on features.customer_id = customer_segments.customer_id
where
    features.customer_id is null
    or coalesce(customer_segments.segment_count, 0) <> 1
