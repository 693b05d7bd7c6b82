with

customers as (

    select * from {{ ref('dim_customers') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- MetricFlow divides metrics of one grouping: a share of everyone needs everyone in each row.
totals as (

    select
        count(*) as all_customer_count,
        cast(sum(net_sales) as decimal(18, 4)) as all_net_sales

    from features

),

final as (

    select
        ---------- ids
        customers.customer_id,
        customer_segments.segment_id,

        ---------- strings
        customers.country,
        customers.customer_status,
        customer_segments.segment_name,
        customer_segments.behaviour_name,
        customer_segments.taste_name,

        ---------- numbers
        features.net_sales,
        totals.all_customer_count,
        totals.all_net_sales,

        ---------- dates
        as_of.as_of_date

    from customers

    left join customer_segments
        on customers.customer_id = customer_segments.customer_id

    left join features
        on customers.customer_id = features.customer_id

    cross join totals

    cross join as_of

)

select * from final
