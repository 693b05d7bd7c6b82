with

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

product_counts as (

    select * from {{ ref('int_segment_product_counts') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

buyers as (

    select
        segment_id,
        product as stock_code,
        customer_count,
        segment_size,
        taste_customer_count,
        taste_size,
        all_customer_count,
        cast(all_customer_count as double) / all_size as all_support

    from product_counts
    where product_type = 'item'

),

-- The share of a small segment is drawn to that of its taste, and that to the share of everyone.
expected as (

    select
        *,
        (
            customer_count
            + {{ var('next_best_prior_customers') }}
            * (taste_customer_count + {{ var('next_best_prior_customers') }} * all_support)
            / (taste_size + {{ var('next_best_prior_customers') }})
        )
        / (segment_size + {{ var('next_best_prior_customers') }}) as expected_support

    from buyers

),

ranked as (

    select
        *,
        expected_support / all_support as expected_lift,
        row_number() over (
            partition by segment_id
            order by expected_support desc, all_customer_count desc, stock_code
        ) as candidate_rank

    from expected
    -- Rounded: with a single segment both are the same but for the last digit.
    where round(expected_support / all_support, 6) > 1

),

candidates as (

    select * from ranked
    where candidate_rank <= {{ var('next_best_candidate_count') }}

),

bought as (

    select
        customer_items.customer_id,
        candidates.candidate_rank - row_number() over (
            partition by customer_items.customer_id
            order by candidates.candidate_rank
        ) as offers_before

    from customer_items

    inner join customer_segments
        on customer_items.customer_id = customer_segments.customer_id

    inner join candidates
        on
            customer_segments.segment_id = candidates.segment_id
            and customer_items.stock_code = candidates.stock_code

),

item_ranks as (

    {{ dbt.generate_series(var('next_best_item_count')) | trim | indent(4) }}

),

-- The first candidate is for the first place, and so on; each one that the customer bought moves
-- those behind it up by one.
offers as (

    select
        customer_segments.customer_id,
        customer_segments.segment_id,
        item_ranks.generated_number as item_rank,
        item_ranks.generated_number + count(bought.customer_id) as candidate_rank

    from customer_segments

    cross join item_ranks

    left join bought
        on
            customer_segments.customer_id = bought.customer_id
            and item_ranks.generated_number > bought.offers_before

    group by 1, 2, 3

),

final as (

    select
        ---------- ids
        offers.customer_id,
        offers.segment_id,
        candidates.stock_code,

        ---------- strings
        items.item_name,
        items.product_family,

        ---------- numbers
        cast(offers.item_rank as bigint) as item_rank,
        cast(candidates.customer_count as double) / candidates.segment_size as support,
        candidates.all_support,
        candidates.expected_support,
        candidates.expected_lift

    from offers

    inner join candidates
        on
            offers.segment_id = candidates.segment_id
            and offers.candidate_rank = candidates.candidate_rank

    inner join items
        on candidates.stock_code = items.stock_code

)

select * from final
