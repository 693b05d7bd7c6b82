{%- set stratum = ['compared', 'range_half', 'within_cluster_id', 'item_band'] -%}
with

compared_customers as (

    select * from {{ ref('int_compared_customers') }}

),

customer_products as (

    select * from {{ ref('int_customer_products') }}

),

product_counts as (

    select * from {{ ref('int_segment_product_counts') }}

),

tested_products as (

    select distinct
        product_type,
        product

    from product_counts

),

cluster_sizes as (

    select
        {{ stratum | join(', ') }},
        cluster_id,
        count(*) as cluster_size

    from compared_customers
    group by 1, 2, 3, 4, 5

),

strata as (

    select
        *,
        sum(cluster_size) over (partition by {{ stratum | join(', ') }}) as stratum_size

    from cluster_sizes

),

buyer_counts as (

    select
        {%- for column in stratum %}
        compared_customers.{{ column }},
        {%- endfor %}
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
        {{ stratum | join(', ') }},
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
        {%- for name in ['customer_count', 'early_customer_count', 'late_customer_count'] %}
        coalesce(buyer_counts.{{ name }}, 0) as {{ name }},
        cast(
            stratum_counts.{{ name }} - coalesce(buyer_counts.{{ name }}, 0)
            as {{ dbt.type_bigint() }}
        ) as rest_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}

    from strata

    inner join stratum_counts
        on
            {%- for column in stratum %}
            {{ 'and ' if not loop.first }}strata.{{ column }} = stratum_counts.{{ column }}
            {%- endfor %}

    left join buyer_counts
        on
            strata.cluster_id = buyer_counts.cluster_id
            {%- for column in stratum %}
            and strata.{{ column }} = buyer_counts.{{ column }}
            {%- endfor %}
            and stratum_counts.product_type = buyer_counts.product_type
            and stratum_counts.product = buyer_counts.product

    -- A stratum of one cluster compares nothing.
    where strata.stratum_size > strata.cluster_size

)

select * from final
