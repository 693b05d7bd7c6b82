with

product_counts as (

    select * from {{ ref('int_segment_product_counts') }}

),

comparisons as (

    select * from {{ ref('int_product_comparisons') }}

),

-- Each segment as what it is compared as: with the others of its behaviour, and of its taste.
compared_counts as (

    select
        segment_id,
        'taste within behaviour' as compared,
        taste_cluster_id as cluster_id,
        product_type,
        product,
        segment_size,
        customer_count,
        all_size,
        all_customer_count,
        behaviour_size - segment_size as other_size,
        behaviour_customer_count - customer_count as other_customer_count

    from product_counts

    union all

    select
        segment_id,
        'behaviour within taste' as compared,
        behaviour_cluster_id as cluster_id,
        product_type,
        product,
        segment_size,
        customer_count,
        all_size,
        all_customer_count,
        taste_size - segment_size as other_size,
        taste_customer_count - customer_count as other_customer_count

    from product_counts

),

shares as (

    select
        *,
        cast(customer_count as double) / segment_size as support,
        cast(other_customer_count as double) / nullif(other_size, 0) as other_support,
        cast(all_customer_count as double) / all_size as all_support

    from compared_counts
    where customer_count >= {{ var('segment_item_min_customers') }}

),

judged as (

    select
        shares.*,
        comparisons.difference,
        comparisons.difference_low,
        comparisons.difference_high,
        comparisons.difference_first_half,
        comparisons.difference_second_half,
        comparisons.p_value,
        comparisons.q_value,
        comparisons.is_over_bought
        and coalesce(shares.support > shares.other_support, false)
            as is_over_bought

    from shares

    inner join comparisons
        on
            shares.compared = comparisons.compared
            and shares.cluster_id = comparisons.cluster_id
            and shares.product_type = comparisons.product_type
            and shares.product = comparisons.product

),

final as (

    select
        ---------- ids
        segment_id,

        ---------- strings
        compared,
        product_type,
        product,

        ---------- numbers
        cast(
            case
                when is_over_bought then row_number() over (
                    partition by segment_id, compared, product_type, is_over_bought
                    order by difference_low desc, customer_count desc, product
                )
            end as {{ dbt.type_bigint() }}
        ) as product_rank,
        customer_count,
        other_customer_count,
        support,
        other_support,
        all_support,
        support / all_support as customer_index,
        difference,
        difference_low,
        difference_high,
        difference_first_half,
        difference_second_half,
        p_value,
        q_value,

        ---------- booleans
        is_over_bought

    from judged

)

select * from final
