with

summarised as (

    select * from {{ ref('int_segments_summarised') }}

),

final as (

    select
        ---------- strings
        description,

        ---------- numbers
        customer_count,
        net_sales,
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
        weak_taste_share

    from summarised
    where is_total

)

select * from final
