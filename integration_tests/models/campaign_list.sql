select
    customer_id,
    segment_name

from {{ ref('customer_segments', 'fct_customer_segments') }}
