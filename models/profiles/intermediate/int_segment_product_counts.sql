with

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

taste_contributions as (

    select * from {{ ref('int_customer_taste_contributions') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

customer_families as (

    select * from taste_contributions
    where order_count is not null

),

first_days as (

    select min(first_bought_date) as first_date
    from customer_families

),

-- From this day on the second half of the history, to the day, runs.
history as (

    select
        cast(
            {{ dbt.dateadd(
                'day',
                'cast(ceil(' ~ dbt.datediff('first_days.first_date', 'as_of.as_of_date', 'day')
                ~ ' / 2.0) as int)',
                'first_days.first_date'
            ) }} as date
        ) as second_half_date

    from first_days

    cross join as_of

),

segment_sizes as (

    select
        segment_id,
        count(*) as customer_count

    from customer_segments
    group by 1

),

totals as (

    select sum(customer_count) as customer_count
    from segment_sizes

),

segment_counts as (

    select
        customer_segments.segment_id,
        'item' as product_type,
        customer_items.stock_code as product,
        count(*) as customer_count,
        count(*) filter (
            where customer_items.first_bought_date < history.second_half_date
        ) as early_customer_count,
        count(*) filter (
            where customer_items.last_bought_date >= history.second_half_date
        ) as late_customer_count

    from customer_items

    inner join customer_segments
        on customer_items.customer_id = customer_segments.customer_id

    cross join history

    group by 1, 2, 3

    union all

    select
        customer_segments.segment_id,
        'family' as product_type,
        customer_families.product_family as product,
        count(*) as customer_count,
        count(*) filter (
            where customer_families.first_bought_date < history.second_half_date
        ) as early_customer_count,
        count(*) filter (
            where customer_families.last_bought_date >= history.second_half_date
        ) as late_customer_count

    from customer_families

    inner join customer_segments
        on customer_families.customer_id = customer_segments.customer_id

    cross join history

    group by 1, 2, 3

),

-- Chosen by all customers, whatever their segments: choosing by the counts of a segment would make
-- chance finds of its tests.
product_counts as (

    select
        product_type,
        product,
        sum(customer_count) as customer_count,
        sum(early_customer_count) as early_customer_count,
        sum(late_customer_count) as late_customer_count

    from segment_counts
    group by 1, 2
    having sum(customer_count) >= {{ var('item_min_customers') }}

),

final as (

    select
        ---------- ids
        segment_sizes.segment_id,

        ---------- strings
        product_counts.product_type,
        product_counts.product,

        ---------- numbers
        segment_sizes.customer_count as segment_size,
        cast(totals.customer_count - segment_sizes.customer_count as bigint) as rest_size,
        coalesce(segment_counts.customer_count, 0) as customer_count,
        cast(
            product_counts.customer_count - coalesce(segment_counts.customer_count, 0) as bigint
        ) as rest_customer_count,
        coalesce(segment_counts.early_customer_count, 0) as early_customer_count,
        cast(
            product_counts.early_customer_count - coalesce(segment_counts.early_customer_count, 0)
            as bigint
        ) as rest_early_customer_count,
        coalesce(segment_counts.late_customer_count, 0) as late_customer_count,
        cast(
            product_counts.late_customer_count - coalesce(segment_counts.late_customer_count, 0)
            as bigint
        ) as rest_late_customer_count

    from segment_sizes

    cross join product_counts

    cross join totals

    left join segment_counts
        on
            segment_sizes.segment_id = segment_counts.segment_id
            and product_counts.product_type = segment_counts.product_type
            and product_counts.product = segment_counts.product

)

select * from final
