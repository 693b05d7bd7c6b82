{%- set z95 = 1.959963984540054 -%}
with

forecasts as (

    select * from {{ ref('int_value_forecasts') }}
    where cutoff_number > 0

),

-- What came stands among the methods: no order of customers is better.
expectations as (

    {% for measure, name in [('orders', 'orders'), ('net sales', 'spend')] %}
        select
            forecast_date,
            '{{ measure }}' as measure,
            method,
            expected_{{ name }} as expected,
            cast(actual_{{ name }} as double) as actual
        from forecasts

        union all

        select
            forecast_date,
            '{{ measure }}' as measure,
            'actual' as method,
            cast(actual_{{ name }} as double) as expected,
            cast(actual_{{ name }} as double) as actual
        from forecasts
        where method = 'mean'
        {% if not loop.last %}union all{% endif %}

    {% endfor %}

),

-- Decimals add up to the same sum in any order, doubles do not.
tied as (

    select
        forecast_date,
        measure,
        method,
        expected,
        count(*) as customer_count,
        cast(sum(cast(actual as decimal(38, 9))) as double) as actual,
        sum(cast(abs(expected - actual) as decimal(38, 9))) as absolute_error,
        sum(cast(expected * actual as decimal(38, 6))) as products,
        sum(cast(actual * actual as decimal(38, 6))) as squares

    from expectations
    group by 1, 2, 3, 4

),

-- Customers of whom the same is expected share the mean of their ranks.
ranked as (

    select
        *,
        sum(customer_count) over (
            partition by forecast_date, measure, method
            order by expected
            rows between unbounded preceding and current row
        ) - (customer_count - 1) / cast(2 as double) as mean_rank

    from tied

),

sums as (

    select
        forecast_date,
        measure,
        method,
        cast(sum(customer_count) as bigint) as customer_count,
        cast(sum(absolute_error) as double) as absolute_error,
        cast(sum(cast(customer_count * expected as decimal(38, 9))) as double) as predicted,
        cast(sum(cast(actual as decimal(38, 9))) as double) as actual,
        cast(sum(cast(customer_count * expected * expected as decimal(38, 6))) as double)
            as predicted_squares,
        cast(sum(products) as double) as products,
        cast(sum(squares) as double) as actual_squares,
        cast(sum(cast(mean_rank * actual as decimal(38, 6))) as double)
        - (sum(customer_count) + 1) / cast(2 as double)
        * cast(sum(cast(actual as decimal(38, 9))) as double) as area

    from ranked
    group by 1, 2, 3

),

-- The variance of a ratio of two sums over customers, by its linear approximation.
ratios as (

    select
        *,
        predicted / nullif(actual, 0) as ratio,
        {{ z95 }} / nullif(actual, 0) * sqrt(
            customer_count / cast(nullif(customer_count - 1, 0) as double)
            * greatest(
                0,
                predicted_squares - 2 * predicted / nullif(actual, 0) * products
                + power(predicted / nullif(actual, 0), 2) * actual_squares
            )
        ) as margin,
        area / nullif(
            max(case when method = 'actual' then area end)
                over (partition by forecast_date, measure),
            0
        ) as gini

    from sums

),

final as (

    select
        ---------- strings
        measure,
        method,

        ---------- numbers
        customer_count,
        absolute_error / customer_count as mean_absolute_error,
        gini,
        predicted as predicted_total,
        actual as actual_total,
        ratio - 1 as total_bias,
        case when margin is not null then greatest(-1, ratio - 1 - margin) end as total_bias_low,
        ratio - 1 + margin as total_bias_high,

        ---------- dates
        forecast_date

    from ratios
    where method <> 'actual'

)

select * from final
