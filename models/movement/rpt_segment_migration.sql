with

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

clusters as (

    select * from {{ ref('int_customer_clusters_at_month_end') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

-- Customers stay in here with nothing left, so the row before is that of the month end before.
labels as (

    select
        customers.customer_id,
        {{ segment_id('clusters.behaviour_cluster_id', 'clusters.taste_cluster_id') }}
            as segment_id,
        customers.net_sales,
        customers.as_of_date

    from customers

    left join clusters
        on
            customers.customer_id = clusters.customer_id
            and customers.as_of_date = clusters.as_of_date

),

moves as (

    select
        as_of_date,
        segment_id as to_segment_id,
        lag(segment_id) over (partition by customer_id order by as_of_date) as from_segment_id,
        net_sales - coalesce(
            lag(net_sales) over (partition by customer_id order by as_of_date), 0
        ) as net_sales

    from labels

),

move_totals as (

    select
        as_of_date,
        coalesce(from_segment_id, 'entry') as from_segment_id,
        coalesce(to_segment_id, 'exit') as to_segment_id,
        count(*) as customer_count,
        cast(sum(net_sales) as decimal(18, 4)) as net_sales

    from moves
    where
        from_segment_id is not null
        or to_segment_id is not null
    group by 1, 2, 3

),

final as (

    select
        ---------- ids
        move_totals.from_segment_id,
        move_totals.to_segment_id,

        ---------- strings
        coalesce(from_segments.segment_name, 'Nothing kept before') as from_segment_name,
        coalesce(to_segments.segment_name, 'Nothing kept any more') as to_segment_name,

        ---------- numbers
        move_totals.customer_count,
        cast(move_totals.customer_count as double) / sum(move_totals.customer_count) over (
            partition by move_totals.as_of_date, move_totals.from_segment_id
        ) as from_share,
        move_totals.net_sales,

        ---------- booleans
        move_totals.from_segment_id = move_totals.to_segment_id as is_stay,
        month_ends.is_current,

        ---------- dates
        cast({{ dbt.dateadd('day', -1, 'month_ends.previous_as_of_date') }} as date)
            as previous_month_end_date,
        month_ends.month_end_date

    from move_totals

    inner join month_ends
        on move_totals.as_of_date = month_ends.as_of_date

    left join segments as from_segments
        on move_totals.from_segment_id = from_segments.segment_id

    left join segments as to_segments
        on move_totals.to_segment_id = to_segments.segment_id

    where month_ends.previous_as_of_date is not null

)

select * from final
