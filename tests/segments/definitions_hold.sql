-- What a definition says of worth or recency is true of at least four fifths of its customers.
with

customers as (

    select * from {{ ref('fct_customer_segments') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

typical as (

    select
        percentile_disc(0.5) within group (order by net_sales) as net_sales,
        percentile_disc(0.5) within group (order by recency_days) as recency_days

    from features

),

claims as (

    select
        segments.behaviour_cluster_id,
        case
            when segments.definition like 'Worth more%' then features.net_sales > typical.net_sales
            when segments.definition like 'Worth less%' then features.net_sales < typical.net_sales
        end as is_worth_true,
        case
            when segments.definition like '%ordered more recently%'
                then features.recency_days < typical.recency_days
            when segments.definition like '%last ordered longer ago%'
                then features.recency_days > typical.recency_days
        end as is_recency_true

    from customers

    inner join segments
        on customers.segment_id = segments.segment_id

    inner join features
        on customers.customer_id = features.customer_id

    cross join typical

)

select behaviour_cluster_id
from claims
group by 1
having
    avg(case when is_worth_true then 1.0 when not is_worth_true then 0.0 end) < 0.8
    or avg(case when is_recency_true then 1.0 when not is_recency_true then 0.0 end) < 0.8
