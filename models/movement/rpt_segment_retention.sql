with

clusters as (

    select * from {{ ref('int_customer_clusters_at_month_end') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

events as (

    select
        customer_id,
        behaviour_cluster_id,
        taste_cluster_id,
        cast(null as date) as order_date,
        as_of_date as event_date

    from clusters

    union all

    select
        customer_id,
        null as behaviour_cluster_id,
        null as taste_cluster_id,
        order_date,
        order_date as event_date

    from orders
    where has_net_units

),

-- The next order is on the day after the month end or later.
next_orders as (

    select
        *,
        min(order_date) over (
            partition by customer_id
            order by event_date
            range between current row and unbounded following
        ) as next_order_date

    from events

),

days as (

    select
        month_ends.as_of_date,
        month_ends.month_end_date,
        cast({{ dbt.dateadd('day', var('reorder_days'), 'month_ends.as_of_date') }} as date)
            as reorder_end_date

    from month_ends

),

segment_totals as (

    select
        days.month_end_date,
        {{ segment_id('next_orders.behaviour_cluster_id', 'next_orders.taste_cluster_id') }}
            as segment_id,
        count(*) as customer_count,
        count(*) filter (
            where next_orders.next_order_date < days.reorder_end_date
        ) as reordering_customer_count

    from next_orders

    inner join days
        on next_orders.event_date = days.as_of_date

    inner join as_of
        on days.reorder_end_date <= as_of.as_of_date

    where next_orders.behaviour_cluster_id is not null
    group by 1, 2

),

final as (

    select
        ---------- ids
        segment_totals.segment_id,

        ---------- strings
        segments.segment_name,

        ---------- numbers
        segment_totals.customer_count,
        segment_totals.reordering_customer_count,
        cast(segment_totals.reordering_customer_count as double) / segment_totals.customer_count
            as reorder_share,
        {{ var('reorder_days') }} as reorder_days,

        ---------- dates
        segment_totals.month_end_date

    from segment_totals

    left join segments
        on segment_totals.segment_id = segments.segment_id

)

select * from final
