with

product_counts as (

    select * from {{ ref('int_segment_product_counts') }}

),

taste_contributions as (

    select * from {{ ref('int_customer_taste_contributions') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

family_counts as (

    select * from product_counts
    where product_type = 'family'

),

compared as (

    {{ over_buying('family_counts') | indent(4) }}

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
        / cast(sum(net_sales) over (partition by segment_id) as double) as net_sales_share,
        cast(sum(net_sales) over (partition by product_family) as double)
        / cast(sum(net_sales) over () as double) as all_net_sales_share

    from family_sales

),

final as (

    select
        ---------- ids
        compared.segment_id,

        ---------- strings
        compared.product as product_family,

        ---------- numbers
        cast(compared.product_rank as bigint) as family_rank,
        compared.customer_count,
        compared.rest_customer_count,
        compared.support,
        compared.rest_support,
        compared.lift,
        compared.lift_low,
        compared.lift_high,
        compared.lift_first_half,
        compared.lift_second_half,
        compared.p_value,
        compared.q_value,
        cast(family_shares.net_sales as decimal(18, 2)) as net_sales,
        family_shares.net_sales_share,
        family_shares.net_sales_share / family_shares.all_net_sales_share as net_sales_index,

        ---------- booleans
        compared.is_over_bought

    from compared

    inner join family_shares
        on
            compared.segment_id = family_shares.segment_id
            and compared.product = family_shares.product_family

)

select * from final
