with

product_counts as (

    select * from {{ ref('int_segment_product_counts') }}

),

comparisons as (

    select * from {{ ref('int_product_comparisons') }}

),

-- Each segment as what it is compared as: with the others of its behaviour, and of its taste.
compared_counts as (
    {%- for compared, cluster, within in [
        ('taste within behaviour', 'taste', 'behaviour'),
        ('behaviour within taste', 'behaviour', 'taste'),
    ] %}

    select
        segment_id,
        '{{ compared }}' as compared,
        {{ cluster }}_cluster_id as cluster_id,
        product_type,
        product,
        customer_count,
        {{ within }}_customer_count - customer_count as other_customer_count,
        cast(customer_count as double) / segment_size as support,
        cast({{ within }}_customer_count - customer_count as double)
        / nullif({{ within }}_size - segment_size, 0) as other_support,
        cast(all_customer_count as double) / all_size as all_support

    from product_counts
    where customer_count >= {{ var('segment_item_min_customers') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

judged as (

    select
        compared_counts.*,
        comparisons.difference,
        comparisons.difference_low,
        comparisons.difference_high,
        comparisons.difference_first_half,
        comparisons.difference_second_half,
        comparisons.p_value,
        comparisons.q_value,
        comparisons.is_over_bought
        and coalesce(compared_counts.support > compared_counts.other_support, false)
            as is_over_bought

    from compared_counts

    inner join comparisons
        on
            compared_counts.compared = comparisons.compared
            and compared_counts.cluster_id = comparisons.cluster_id
            and compared_counts.product_type = comparisons.product_type
            and compared_counts.product = comparisons.product

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
