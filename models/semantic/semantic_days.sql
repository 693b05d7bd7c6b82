with

orders as (

    select * from {{ ref('fct_orders') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- 20,000 days are 54 years.
numbers as (

    {{ dbt.generate_series(20000) | indent(4) }}

),

bounds as (

    select
        min(orders.order_date) as first_date,
        max(as_of.as_of_date) as end_date

    from orders

    cross join as_of

),

days as (

    select
        bounds.end_date,
        cast(
            {{ dbt.dateadd('day', 'numbers.generated_number - 1', 'bounds.first_date') }} as date
        ) as day_date

    from bounds

    cross join numbers

),

final as (

    select day_date

    from days
    where day_date < end_date

)

select * from final
