with

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

families as (

    select * from {{ ref('int_items_grouped') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

first_days as (

    select min(first_bought_date) as first_date
    from customer_items

),

-- Day 0 and the length of the history: the halves are halves of the time.
history as (

    select
        first_days.first_date,
        {{ dbt.datediff('first_days.first_date', 'as_of.as_of_date', 'day') }}  -- noqa: LT05
            as day_count

    from first_days

    cross join as_of

),

customer_products as (

    select
        customer_id,
        'item' as product_type,
        stock_code as product,
        first_bought_date,
        last_bought_date

    from customer_items

    union all

    select
        customer_items.customer_id,
        'family' as product_type,
        coalesce(families.product_family, 'Other') as product,
        min(customer_items.first_bought_date) as first_bought_date,
        max(customer_items.last_bought_date) as last_bought_date

    from customer_items

    left join families
        on customer_items.stock_code = families.stock_code

    group by 1, 2, 3

),

bought as (

    select
        customer_segments.segment_id,
        customer_products.product_type,
        customer_products.product,
        2 * {{ dbt.datediff('history.first_date', 'customer_products.first_bought_date', 'day') }}  -- noqa: LT05
        < history.day_count as is_early,
        2 * {{ dbt.datediff('history.first_date', 'customer_products.last_bought_date', 'day') }}  -- noqa: LT05
        >= history.day_count as is_late

    from customer_products

    inner join customer_segments
        on customer_products.customer_id = customer_segments.customer_id

    cross join history

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
        segment_id,
        product_type,
        product,
        count(*) as customer_count,
        count(*) filter (where is_early) as early_customer_count,
        count(*) filter (where is_late) as late_customer_count

    from bought
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
