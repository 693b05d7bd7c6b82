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

-- A family once, whatever the number of its items. Half 0 is the whole range.
products as (
    {%- for type, column in [('item', 'stock_code'), ('family', 'product_family')] %}
    {%- set outer_loop = loop %}
    {%- for half in ['range_half', '0'] %}

    select
        customer_id,
        '{{ type }}' as product_type,
        {{ column }} as product,
        {{ half }} as range_half,
        bool_or(is_early) as is_early,
        bool_or(is_late) as is_late

    from bought
    group by 1, 2, 3, 4
    {{ 'union all' if not (loop.last and outer_loop.last) }}
    {%- endfor %}
    {%- endfor %}

),

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
        is_early,
        is_late

    from products

)

select * from final
