with

segments as (

    select * from {{ ref('dim_segments') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

windows as (

    select
        {{ dbt.dateadd('day', -90, 'as_of_date') }} as last_90d_date,
        {{ dbt.dateadd('day', -180, 'as_of_date') }} as previous_90d_date

    from as_of

),

order_totals as (

    select
        orders.customer_key,
        sum(orders.sold_unit_count) as sold_unit_count,
        sum(orders.returned_unit_count) as returned_unit_count,
        sum(orders.net_sales) filter (
            where orders.order_date >= windows.last_90d_date
        ) as net_sales_last_90d,
        sum(orders.net_sales) filter (
            where
            orders.order_date >= windows.previous_90d_date
            and orders.order_date < windows.last_90d_date
        ) as net_sales_previous_90d

    from orders

    cross join windows

    group by 1

),

customer_orders as (

    select
        customers.customer_id,
        order_totals.*

    from order_totals

    inner join customers
        on order_totals.customer_key = customers.customer_key

),

-- Whether the data reach back over both windows: the first of them would be cut short otherwise.
history as (

    select min(orders.order_date) <= max(windows.previous_90d_date) as has_both_windows
    from orders

    cross join windows

),

summarised_segments as (

    select
        segment_id,
        segment_name,
        behaviour_name,
        taste_name,
        definition,
        action,
        false as is_total

    from segments

    union all

    select
        'all' as segment_id,
        'All segments' as segment_name,
        'All behaviours' as behaviour_name,
        'All tastes' as taste_name,
        'Every customer with a segment.' as definition,
        'See the action of each segment.' as action,
        true as is_total

),

-- Each customer counts twice: in its segment and in the total.
memberships as (

    select
        customer_id,
        segment_id,
        confidence,
        is_taste_weak

    from customer_segments

    union all

    select
        customer_id,
        'all' as segment_id,
        confidence,
        is_taste_weak

    from customer_segments

),

segment_totals as (

    select
        memberships.segment_id,
        count(*) as customer_count,
        sum(features.order_count) as order_count,
        sum(features.net_sales) as net_sales,
        sum(customer_orders.sold_unit_count) as sold_unit_count,
        sum(customer_orders.returned_unit_count) as returned_unit_count,
        sum(customer_orders.net_sales_last_90d) as net_sales_last_90d,
        sum(customer_orders.net_sales_previous_90d) as net_sales_previous_90d,
        median(features.recency_days) as median_recency_days,
        median(features.order_count) as median_order_count,
        median(features.item_count) as median_item_count,
        median(cast(features.net_sales as double)) as median_net_sales,
        -- Decimals add up to the same sum in any order, doubles do not.
        cast(sum(cast(memberships.confidence as decimal(18, 15))) as double) / count(*)
            as mean_confidence,
        cast(count(*) filter (where memberships.is_taste_weak) as double) / count(*)
            as weak_taste_share

    from memberships

    inner join features
        on memberships.customer_id = features.customer_id

    inner join customer_orders
        on memberships.customer_id = customer_orders.customer_id

    group by 1

),

totals as (

    select
        max(customer_count) as customer_count,
        max(net_sales) as net_sales

    from segment_totals
    where segment_id = 'all'

),

measured as (

    select
        summarised_segments.*,
        coalesce(segment_totals.customer_count, 0) as customer_count,
        coalesce(cast(segment_totals.customer_count as double) / totals.customer_count, 0)
            as customer_share,
        coalesce(cast(segment_totals.net_sales as decimal(18, 2)), 0) as net_sales,
        coalesce(
            cast(segment_totals.net_sales as double) / nullif(cast(totals.net_sales as double), 0),
            0
        ) as net_sales_share,
        cast(
            coalesce(segment_totals.net_sales_last_90d, 0) as decimal(18, 2)
        ) as net_sales_last_90d,
        case
            when history.has_both_windows
                then
                    cast(
                        coalesce(segment_totals.net_sales_previous_90d, 0) as decimal(18, 2)
                    )
        end as net_sales_previous_90d,
        cast(coalesce(segment_totals.order_count, 0) as bigint) as order_count,
        cast(segment_totals.net_sales as double) / cast(segment_totals.order_count as double)
            as average_order_value,
        cast(segment_totals.median_recency_days as double) as median_recency_days,
        cast(segment_totals.median_order_count as double) as median_order_count,
        cast(segment_totals.median_item_count as double) as median_item_count,
        segment_totals.median_net_sales,
        cast(segment_totals.returned_unit_count as double)
        / cast(segment_totals.sold_unit_count as double) as return_share,
        segment_totals.mean_confidence,
        segment_totals.weak_taste_share

    from summarised_segments

    left join segment_totals
        on summarised_segments.segment_id = segment_totals.segment_id

    cross join totals

    cross join history

),

grown as (

    select
        *,
        -- Of a segment, growth says more about how it was made than about how it does.
        case
            when is_total
                then
                    cast(net_sales_last_90d as double)
                    / nullif(cast(net_sales_previous_90d as double), 0) - 1
        end as net_sales_growth,
        coalesce(max(return_share) over () > 0, false) as has_returns

    from measured

),

final as (

    select
        ---------- ids
        segment_id,

        ---------- strings
        segment_name,
        behaviour_name,
        taste_name,
        definition,
        action,
        {{ segment_description() | indent(8) }} as description,

        ---------- numbers
        customer_count,
        customer_share,
        net_sales,
        net_sales_share,
        net_sales_last_90d,
        net_sales_previous_90d,
        net_sales_growth,
        order_count,
        average_order_value,
        median_recency_days,
        median_order_count,
        median_item_count,
        median_net_sales,
        return_share,
        mean_confidence,
        weak_taste_share,

        ---------- booleans
        is_total

    from grown

)

select * from final
