with

compared_customers as (

    select * from {{ ref('int_compared_customers') }}

),

customer_products as (

    select * from {{ ref('int_customer_products') }}

),

tested_products as (

    select distinct
        product_type,
        product

    from {{ ref('int_segment_product_counts') }}

),

strata as (

    select
        compared,
        range_half,
        within_cluster_id,
        item_band,
        cluster_id,
        count(*) as cluster_size,
        sum(count(*)) over (
            partition by compared, range_half, within_cluster_id, item_band
        ) as stratum_size

    from compared_customers
    group by 1, 2, 3, 4, 5

),

buyer_counts as (

    select
        compared_customers.compared,
        compared_customers.range_half,
        compared_customers.within_cluster_id,
        compared_customers.item_band,
        compared_customers.cluster_id,
        customer_products.product_type,
        customer_products.product,
        count(*) as customer_count,
        count(*) filter (where customer_products.is_early) as early_customer_count,
        count(*) filter (where customer_products.is_late) as late_customer_count

    from compared_customers

    inner join customer_products
        on
            compared_customers.customer_id = customer_products.customer_id
            and compared_customers.range_half = customer_products.range_half

    inner join tested_products
        on
            customer_products.product_type = tested_products.product_type
            and customer_products.product = tested_products.product

    group by 1, 2, 3, 4, 5, 6, 7

),

stratum_counts as (

    select
        compared,
        range_half,
        within_cluster_id,
        item_band,
        product_type,
        product,
        sum(customer_count) as customer_count,
        sum(early_customer_count) as early_customer_count,
        sum(late_customer_count) as late_customer_count

    from buyer_counts
    group by 1, 2, 3, 4, 5, 6

),

final as (

    select
        ---------- ids
        strata.cluster_id,
        strata.within_cluster_id,

        ---------- strings
        strata.compared,
        stratum_counts.product_type,
        stratum_counts.product,

        ---------- numbers
        strata.range_half,
        strata.item_band,
        strata.cluster_size,
        cast(strata.stratum_size - strata.cluster_size as {{ dbt.type_bigint() }}) as rest_size,
        coalesce(buyer_counts.customer_count, 0) as customer_count,
        coalesce(buyer_counts.early_customer_count, 0) as early_customer_count,
        coalesce(buyer_counts.late_customer_count, 0) as late_customer_count,
        cast(
            stratum_counts.customer_count - coalesce(buyer_counts.customer_count, 0)
            as {{ dbt.type_bigint() }}
        ) as rest_customer_count,
        cast(
            stratum_counts.early_customer_count - coalesce(buyer_counts.early_customer_count, 0)
            as {{ dbt.type_bigint() }}
        ) as rest_early_customer_count,
        cast(
            stratum_counts.late_customer_count - coalesce(buyer_counts.late_customer_count, 0)
            as {{ dbt.type_bigint() }}
        ) as rest_late_customer_count

    from strata

    inner join stratum_counts
        on
            strata.compared = stratum_counts.compared
            and strata.range_half = stratum_counts.range_half
            and strata.within_cluster_id = stratum_counts.within_cluster_id
            and strata.item_band = stratum_counts.item_band

    left join buyer_counts
        on
            strata.cluster_id = buyer_counts.cluster_id
            and strata.compared = buyer_counts.compared
            and strata.range_half = buyer_counts.range_half
            and strata.within_cluster_id = buyer_counts.within_cluster_id
            and strata.item_band = buyer_counts.item_band
            and stratum_counts.product_type = buyer_counts.product_type
            and stratum_counts.product = buyer_counts.product

    -- A stratum of one cluster compares nothing.
    where strata.stratum_size > strata.cluster_size

)

select * from final
