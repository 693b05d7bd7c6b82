{#-
    A query of how much more often each cluster's customers bought a product than the rest of their
    strata. `strata` is a relation with the columns of int_product_strata. All its rows are tested.
    Where the two halves of the range speak of one product (a family), their sums depend on each
    other, so standard errors add up, which holds whatever they have in common.
    docs/decisions/14-profiles.md says why these statistics.
-#}
{% macro compared_shares(strata) %}
{%- set z95 = 1.959963984540054 -%}
{%- set keys = ['compared', 'cluster_id', 'product_type', 'product'] -%}
{#- Decimals add up to the same sum in any order, doubles do not. -#}
{%- set sums = {
    'weight': 'n * r / t',
    'expected': 'n * m / t',
    'variance': 'n * r * m * (t - m) / (t * t * greatest(t - 1, 1))',
    'excess': '(a * r - b * n) / t',
    'early_excess': '(early_a * r - early_b * n) / t',
    'late_excess': '(late_a * r - late_b * n) / t',
    'sato_p': '(n * n * b - r * r * a + n * r * (r - n) / 2) / (t * t)',
    'sato_q': '(a * (r - b) + b * (n - a)) / (2 * t)',
} -%}
with

-- Customers of a stratum as a table of two by two: of the cluster or not, bought it or not.
cells as (

    select
        {{ keys | join(', ') }},
        range_half,
        cast(customer_count as double) as a,
        cast(rest_customer_count as double) as b,
        cast(cluster_size as double) as n,
        cast(rest_size as double) as r,
        cast(cluster_size + rest_size as double) as t,
        cast(customer_count + rest_customer_count as double) as m,
        cast(early_customer_count as double) as early_a,
        cast(rest_early_customer_count as double) as early_b,
        cast(late_customer_count as double) as late_a,
        cast(rest_late_customer_count as double) as late_b

    from {{ strata }}

),

halves as (

    select
        {{ keys | join(', ') }},
        range_half,
        sum(a) as a,
        sum(m) as m,
        sum(n) as n,
        sum(t) as t,
        {%- for name, term in sums.items() %}
        cast(sum(cast({{ term }} as decimal(28, 15))) as double) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}

    from cells
    group by {{ keys | join(', ') }}, range_half

),

differences as (

    select
        *,
        sum(excess) over (partition by {{ keys | join(', ') }})
        / nullif(sum(weight) over (partition by {{ keys | join(', ') }}), 0) as difference

    from halves

),

pooled as (

    select
        {{ keys | join(', ') }},
        difference,
        sum(a) as a,
        sum(m) as m,
        sum(n) as n,
        sum(t) as t,
        sum(expected) as expected,
        power(sum(sqrt(variance)), 2) as variance,
        sum(early_excess) / nullif(sum(weight), 0) as difference_first_half,
        sum(late_excess) / nullif(sum(weight), 0) as difference_second_half,
        sum(sqrt(greatest(0.0, difference * sato_p + sato_q))) / nullif(sum(weight), 0)
            as difference_error

    from differences
    group by {{ keys | join(', ') }}, difference

),

-- Half the likelihood-ratio statistic G of the pooled table against what the strata let expect:
-- observed x ln(observed / expected), summed up. And the variance that G takes for granted.
likelihoods as (

    select
        *,
        greatest(
            0.0,
            case when a > 0 then a * ln(a / expected) else 0 end
            + case when m - a > 0 then (m - a) * ln((m - a) / (m - expected)) else 0 end
            + case when n - a > 0 then (n - a) * ln((n - a) / (n - expected)) else 0 end
            + case
                when t - n - m + a > 0
                    then (t - n - m + a) * ln((t - n - m + a) / (t - n - m + expected))
                else 0
            end
        ) as half_g,
        1 / (
            1 / expected + 1 / (m - expected) + 1 / (n - expected) + 1 / (t - n - m + expected)
        ) as g_variance

    from pooled
    -- Where all customers of each stratum bought it, there is nothing to compare.
    where variance > 0

),

-- With the variance within the strata in its place the middle of the distribution is that of
-- Cochran, Mantel and Haenszel, and the tails of few buyers keep the shape that G knows.
roots as (

    select
        *,
        sqrt(half_g * g_variance / variance) as root

    from likelihoods

),

tested as (

    select
        {{ keys | join(', ') }},
        difference,
        greatest(-1.0, difference - {{ z95 }} * difference_error) as difference_low,
        least(1.0, difference + {{ z95 }} * difference_error) as difference_high,
        difference_first_half,
        difference_second_half,
        least(1.0, {{ erfc('root') }}) as p_value

    from roots

),

comparisons as (

    select count(distinct compared) as comparison_count
    from tested

),

ranked as (

    select
        tested.*,
        comparisons.comparison_count,
        count(*) over (partition by tested.compared, tested.product_type) as pair_count,
        row_number() over (
            partition by tested.compared, tested.product_type
            order by tested.p_value, tested.cluster_id, tested.product
        ) as p_rank

    from tested

    cross join comparisons

)

-- Benjamini & Hochberg (1995): the smallest false discovery rate that lets the pair through; times
-- the number of comparisons, so that data without any difference give a find in few builds.
select
    *,
    -- The ratio first: it is 1 for the last rank, and so the rate no smaller than the p-value.
    min(least(1.0, p_value * (pair_count / p_rank) * comparison_count)) over (
        partition by compared, product_type
        order by p_rank desc
        rows between unbounded preceding and current row
    ) as q_value
from ranked
{% endmacro %}
