with

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

range_halves as (

    select * from {{ ref('int_range_halves') }}

),

items as (

    select * from {{ ref('dim_items') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

first_days as (

    select min(first_bought_date) as first_date
    from customer_items

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

bought as (

    select
        customer_items.customer_id,
        customer_items.stock_code,
        items.product_family,
        range_halves.range_half,
        customer_items.first_bought_date < history.second_half_date as is_early,
        customer_items.last_bought_date >= history.second_half_date as is_late

    from customer_items

    inner join range_halves
        on customer_items.stock_code = range_halves.stock_code

    inner join items
        on customer_items.stock_code = items.stock_code

    cross join history

),

items_and_families as (

    select
        customer_id,
        'item' as product_type,
        stock_code as product,
        range_half,
        is_early,
        is_late

    from bought

    union all

    select
        customer_id,
        'family' as product_type,
        product_family as product,
        range_half,
        is_early,
        is_late

    from bought

),

parts_of_range as (

    select * from items_and_families

    union all

    select
        customer_id,
        product_type,
        product,
        0 as range_half,
        is_early,
        is_late

    from items_and_families

),

-- A family once, whatever the number of its items. Half 0 is the whole range.
final as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        product_type,
        product,

        ---------- numbers
        cast(range_half as {{ dbt.type_bigint() }}) as range_half,

        ---------- booleans
        bool_or(is_early) as is_early,
        bool_or(is_late) as is_late

    from parts_of_range
    group by 1, 2, 3, 4

)

select * from final
