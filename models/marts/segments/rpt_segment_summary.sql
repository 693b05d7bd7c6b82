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

segment_totals as (

    select
        customer_segments.segment_id,
        count(*) as customer_count,
        sum(features.order_count) as order_count,
        sum(features.net_sales_gbp) as net_sales_gbp,
        median(features.recency_days) as median_recency_days,
        median(features.order_count) as median_order_count,
        median(features.item_count) as median_item_count,
        median(cast(features.net_sales_gbp as double)) as median_net_sales_gbp

    from customer_segments

    inner join features
        on customer_segments.customer_id = features.customer_id

    group by 1

),

totals as (

    select
        sum(customer_count) as customer_count,
        sum(net_sales_gbp) as net_sales_gbp

    from segment_totals

),

final as (

    select
        ---------- ids
        segments.segment_id,

        ---------- strings
        segments.segment_name,
        segments.behaviour_name,
        segments.taste_name,
        segments.definition,
        segments.action,

        ---------- numbers
        coalesce(segment_totals.customer_count, 0) as customer_count,
        coalesce(cast(segment_totals.customer_count as double) / totals.customer_count, 0)
            as customer_share,
        coalesce(cast(segment_totals.net_sales_gbp as decimal(18, 2)), 0) as net_sales_gbp,
        coalesce(
            cast(segment_totals.net_sales_gbp as double) / cast(totals.net_sales_gbp as double), 0
        ) as net_sales_share,
        cast(coalesce(segment_totals.order_count, 0) as bigint) as order_count,
        cast(segment_totals.net_sales_gbp as double) / cast(segment_totals.order_count as double)
            as average_order_gbp,
        cast(segment_totals.median_recency_days as double) as median_recency_days,
        cast(segment_totals.median_order_count as double) as median_order_count,
        cast(segment_totals.median_item_count as double) as median_item_count,
        segment_totals.median_net_sales_gbp

    from segments

    left join segment_totals
        on segments.segment_id = segment_totals.segment_id

    cross join totals

)

select * from final
