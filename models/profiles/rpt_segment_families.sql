with

segment_products as (

    select * from {{ ref('int_segment_products') }}

),

taste_contributions as (

    select * from {{ ref('int_customer_taste_contributions') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

family_sales as (

    select
        customer_segments.segment_id,
        taste_contributions.product_family,
        sum(taste_contributions.net_sales) as net_sales

    from taste_contributions

    inner join customer_segments
        on taste_contributions.customer_id = customer_segments.customer_id

    where taste_contributions.order_count is not null
    group by 1, 2

),

family_shares as (

    select
        segment_id,
        product_family,
        net_sales,
        cast(net_sales as double)
        / nullif(cast(sum(net_sales) over (partition by segment_id) as double), 0)
            as net_sales_share,
        cast(sum(net_sales) over (partition by product_family) as double)
        / nullif(cast(sum(net_sales) over () as double), 0) as all_net_sales_share

    from family_sales

),

final as (

    select
        ---------- ids
        segment_products.segment_id,

        ---------- strings
        segment_products.compared,
        segment_products.product as product_family,

        ---------- numbers
        segment_products.product_rank as family_rank,
        segment_products.customer_count,
        segment_products.other_customer_count,
        segment_products.support,
        segment_products.other_support,
        segment_products.all_support,
        segment_products.customer_index,
        segment_products.difference,
        segment_products.difference_low,
        segment_products.difference_high,
        segment_products.difference_first_half,
        segment_products.difference_second_half,
        segment_products.p_value,
        segment_products.q_value,
        cast(family_shares.net_sales as decimal(18, 2)) as net_sales,
        family_shares.net_sales_share,
        family_shares.net_sales_share / nullif(family_shares.all_net_sales_share, 0)
            as net_sales_index,

        ---------- booleans
        segment_products.is_over_bought

    from segment_products

    inner join family_shares
        on
            segment_products.segment_id = family_shares.segment_id
            and segment_products.product = family_shares.product_family

    where segment_products.product_type = 'family'

)

select * from final
