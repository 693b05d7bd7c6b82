with

clusters as (

    select * from {{ ref('int_customer_clusters_at_month_end') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

-- The last month end whose days after are all in the lines.
windows as (

    select
        cast(
            {{ dbt.dateadd('day', '-' ~ var('reorder_days'), 'month_ends.as_of_date') }} as date
        ) as before_date,
        month_ends.as_of_date as start_date,
        cast(
            {{ dbt.dateadd('day', var('reorder_days'), 'month_ends.as_of_date') }} as date
        ) as end_date,
        row_number() over (order by month_ends.as_of_date desc) as newest_rank

    from month_ends

    cross join as_of

    where
        cast({{ dbt.dateadd('day', var('reorder_days'), 'month_ends.as_of_date') }} as date)
        <= as_of.as_of_date

),

members as (

    select
        clusters.customer_id,
        segments.behaviour_profile,
        windows.before_date,
        windows.start_date,
        windows.end_date

    from clusters

    inner join segments
        on
            clusters.behaviour_cluster_id = segments.behaviour_cluster_id
            and clusters.taste_cluster_id = segments.taste_cluster_id

    inner join windows
        on
            clusters.as_of_date = windows.start_date
            and windows.newest_rank = 1

),

totals as (

    {{ window_totals('members', 'orders') | indent(4) }}

),

final as (

    select
        ---------- ids
        members.customer_id,

        ---------- strings
        members.behaviour_profile,

        ---------- numbers
        totals.order_count,
        totals.net_sales,
        totals.previous_order_count,
        totals.previous_net_sales,
        totals.earlier_order_count,
        totals.earlier_net_sales,

        ---------- dates
        members.start_date,
        members.end_date

    from members

    inner join totals
        on members.customer_id = totals.customer_id

)

select * from final
