{%- set z95 = 1.959963984540054 -%}
with

choices as (

    select * from {{ ref('int_forecast_choices') }}

),

latest as (

    select max(forecast_date) as forecast_date
    from choices

),

forecasts as (

    select * from {{ ref('int_value_forecasts') }}
    where cutoff_number > 0

),

-- A customer is one observation, at however many cutoffs it was forecast.
distances as (

    {% for measure, name in [('orders', 'orders'), ('net sales', 'spend')] %}
        select
            '{{ measure }}' as measure,
            method,
            customer_id,
            count(*) as forecast_count,
            sum(cast(
                abs(expected_{{ name }} - actual_{{ name }}) as decimal(38, 9)
            )) as distance
        from forecasts
        group by 1, 2, 3
        {% if not loop.last %}union all{% endif %}

    {% endfor %}

),

chosen_distances as (

    select distances.*
    from distances

    inner join choices
        on
            distances.measure = choices.measure
            and distances.method = choices.method
            and choices.is_chosen

    inner join latest
        on choices.forecast_date = latest.forecast_date

),

differences as (

    select
        distances.measure,
        distances.method,
        count(*) as customer_count,
        cast(sum(distances.forecast_count) as double) as forecast_count,
        cast(sum(distances.distance - chosen_distances.distance) as double) as total,
        cast(sum(cast(power(
            cast(distances.distance - chosen_distances.distance as double), 2
        ) as decimal(38, 6))) as double) as squares

    from distances

    inner join chosen_distances
        on
            distances.measure = chosen_distances.measure
            and distances.customer_id = chosen_distances.customer_id

    group by 1, 2

),

intervals as (

    select
        measure,
        method,
        total / forecast_count as excess_error,
        {{ z95 }} / forecast_count * sqrt(
            customer_count / cast(nullif(customer_count - 1, 0) as double)
            * greatest(0, squares - total * total / customer_count)
        ) as margin

    from differences

),

final as (

    select
        ---------- strings
        choices.measure,
        choices.method,
        case
            when choices.is_chosen then 'chosen'
            when intervals.excess_error - intervals.margin > 0 then 'worse'
            when intervals.excess_error + intervals.margin < 0 then 'better'
            when intervals.margin is not null then 'tied'
        end as verdict,

        ---------- numbers
        choices.cutoff_count,
        choices.mean_absolute_error,
        intervals.excess_error,
        intervals.excess_error - intervals.margin as excess_error_low,
        intervals.excess_error + intervals.margin as excess_error_high,
        choices.lowest_total_bias,
        choices.highest_total_bias,

        ---------- booleans
        choices.is_chosen,

        ---------- dates
        choices.forecast_date

    from choices

    cross join latest

    left join intervals
        on
            choices.measure = intervals.measure
            and choices.method = intervals.method
            and choices.forecast_date = latest.forecast_date

)

select * from final
