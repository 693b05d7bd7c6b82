-- Each customer of fct_customer_features is in fct_customer_rfm exactly once, and nobody else.
with

features as (

    select customer_id from {{ ref('fct_customer_features') }}

),

customer_rfm as (

    select
        customer_id,
        count(*) as row_count

    from {{ ref('fct_customer_rfm') }}
    group by 1

)

select
    coalesce(features.customer_id, customer_rfm.customer_id) as customer_id,
    coalesce(customer_rfm.row_count, 0) as row_count
from features
full outer join customer_rfm
    on features.customer_id = customer_rfm.customer_id
where
    features.customer_id is null
    or coalesce(customer_rfm.row_count, 0) <> 1
