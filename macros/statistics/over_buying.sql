{#-
    A query of what each segment over-buys: how the share of its customers who bought a product
    compares with the share of the rest. `counts` has one row per segment and product, those that
    nobody of the segment bought included, with the columns of int_segment_product_counts; all of
    its rows are tested. docs/decisions/14-profiles.md says why these statistics.
-#}
{% macro over_buying(counts) %}
{%- set z95 = 1.959963984540054 -%}
with

-- Customers as a table of two by two: of the segment or not, bought it or not.
cells as (

    select
        *,
        cast(customer_count as double) as a,
        cast(rest_customer_count as double) as b,
        cast(segment_size - customer_count as double) as c,
        cast(rest_size - rest_customer_count as double) as d,
        cast(segment_size as double) as n,
        cast(rest_size as double) as m

    from {{ counts }}
    where
        segment_size > 0
        and rest_size > 0
        and customer_count + rest_customer_count > 0

),

-- Where nobody of the rest bought it, half a customer stands in, so that a lift is finite.
estimates as (

    select
        *,
        a / n as support,
        b / m as rest_support,
        (a / n) / (greatest(b, 0.5) / m) as lift,
        (early_customer_count / n) / (greatest(rest_early_customer_count, 0.5) / m)
            as lift_first_half,
        (late_customer_count / n) / (greatest(rest_late_customer_count, 0.5) / m)
            as lift_second_half,
        ln(((a + 0.5) / (n + 0.5)) / ((b + 0.5) / (m + 0.5))) as log_lift,
        sqrt(1 / (a + 0.5) - 1 / (n + 0.5) + 1 / (b + 0.5) - 1 / (m + 0.5)) as log_lift_error,
        -- Half the likelihood-ratio statistic G: observed x ln(observed / expected), summed up.
        greatest(
            0.0,
            case when a > 0 then a * ln(a / ((a + b) * n / (n + m))) else 0 end
            + case when b > 0 then b * ln(b / ((a + b) * m / (n + m))) else 0 end
            + case when c > 0 then c * ln(c / ((c + d) * n / (n + m))) else 0 end
            + case when d > 0 then d * ln(d / ((c + d) * m / (n + m))) else 0 end
        ) as half_g

    from cells

),

roots as (

    select
        *,
        sqrt(half_g) as root

    from estimates

),

tested as (

    select
        *,
        exp(log_lift - {{ z95 }} * log_lift_error) as lift_low,
        exp(log_lift + {{ z95 }} * log_lift_error) as lift_high,
        least(1.0, {{ erfc('root') }}) as p_value

    from roots

),

ranked as (

    select
        *,
        count(*) over () as pair_count,
        row_number() over (order by p_value, segment_id, product) as p_rank

    from tested

),

-- Benjamini & Hochberg (1995): the smallest false discovery rate that lets the pair through.
adjusted as (

    select
        *,
        -- The ratio first: it is 1 for the last rank, and so the rate no smaller than the p-value.
        min(least(1.0, p_value * (pair_count / p_rank))) over (
            order by p_rank desc
            rows between unbounded preceding and current row
        ) as q_value

    from ranked

),

judged as (

    select
        *,
        q_value <= {{ var('over_bought_max_q') }}
        and lift > 1
        and lift_first_half > 1
        and lift_second_half > 1 as is_over_bought

    from adjusted
    where customer_count >= {{ var('segment_item_min_customers') }}

)

select
    *,
    case
        when is_over_bought then row_number() over (
            partition by segment_id, is_over_bought
            order by lift_low desc, customer_count desc, product
        )
    end as product_rank
from judged
{% endmacro %}
