{#-
    Cutoffs lie as far apart as forecasts reach, so that no day is judged twice. A year is 52 weeks: a
    window then begins on the same day of the week. Seasons are judged at every cutoff, or not used.
-#}
{%- set days_back = [] -%}
{%- for number in range(4) -%}
    {%- do days_back.append((number, false, 90 * number, 90 * number + 90)) -%}
    {%- do days_back.append((number, true, 90 * number + 364, 90 * 3 + 364 + 90)) -%}
{%- endfor -%}
with

orders as (

    select min(order_date) as first_order_date
    from {{ ref('fct_orders_keyed') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

days as (

    {% for number, is_year_before, back, history in days_back %}
        select
            {{ number }} as cutoff_number,
            {{ is_year_before }} as is_year_before,
            cast({{ dbt.dateadd('day', -back, 'as_of_date') }} as date) as forecast_date,
            cast({{ dbt.dateadd('day', -history, 'as_of_date') }} as date) as needed_date
        from as_of
        {% if not loop.last %}union all{% endif %}

    {% endfor %}

),

final as (

    select
        ---------- numbers
        cutoff_number,

        ---------- booleans
        is_year_before,

        ---------- dates
        forecast_date,
        cast({{ dbt.dateadd('day', -90, 'forecast_date') }} as date) as last_90d_date,
        cast({{ dbt.dateadd('day', 90, 'forecast_date') }} as date) as until_date

    from days

    cross join orders

    where
        (cutoff_number = 0 and not is_year_before)
        or first_order_date <= needed_date

)

select * from final
