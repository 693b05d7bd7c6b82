with

as_of as (

    select * from {{ ref('int_as_of') }}

),

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

numbers as (

    {{ dbt.generate_series(var('history_month_count')) | trim | indent(4) }}

),

first_sales as (

    select min(invoiced_at) as first_sold_at
    from sale_lines

),

last_days as (

    select {{ dbt.dateadd('day', -1, 'as_of_date') }} as last_date
    from as_of

),

month_starts as (

    select
        cast(
            {{ dbt.dateadd(
                'month',
                '1 - cast(numbers.generated_number as bigint)',
                dbt.date_trunc('month', 'last_days.last_date')
            ) }} as date
        ) as as_of_date

    from numbers

    cross join last_days

),

days as (

    select month_starts.as_of_date
    from month_starts

    inner join first_sales
        on month_starts.as_of_date > first_sales.first_sold_at

    {%- if undated_features() %}

    where 1 = 0
    {%- endif %}

    union all

    select as_of_date
    from as_of

),

final as (

    select
        ---------- booleans
        lead(as_of_date) over (order by as_of_date) is null as is_current,

        ---------- dates
        as_of_date,
        cast({{ dbt.dateadd('day', -1, 'as_of_date') }} as date) as month_end_date,
        cast(
            {{ dbt.date_trunc('month', dbt.dateadd('day', -1, 'as_of_date')) }} as date
        ) as month_start_date,
        lag(as_of_date) over (order by as_of_date) as previous_as_of_date,
        lead(as_of_date) over (order by as_of_date) as next_as_of_date

    from days

)

select * from final
