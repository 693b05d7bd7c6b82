with

customers as (

    select * from {{ ref('int_baseline_customers') }}

),

playbook as (

    select * from {{ ref('dim_playbook') }}

),

outcomes as (

    {{ campaign_outcomes('customers') | trim | indent(4) }}

),

sums as (

    select
        behaviour_profile,
        metric,
        max(start_date) as start_date,
        max({{ dbt.datediff('start_date', 'end_date', 'day') }}) as day_count,
        count(*) as n,
        {{ exact_sum('outcome') }} as y,
        {{ exact_sum('covariate') }} as x,
        {{ exact_sum('outcome * outcome') }} as yy,
        {{ exact_sum('covariate * covariate') }} as xx,
        {{ exact_sum('outcome * covariate') }} as xy

    from outcomes
    group by 1, 2

),

deviations as (

    select
        *,
        y / n as mean_value,
        greatest(yy - y * y / n, 0) as syy,
        greatest(yy - y * y / n, 0)
        - coalesce(power(xy - x * y / n, 2) / nullif(xx - x * x / n, 0), 0) as residual

    from sums

),

baselines as (

    select
        *,
        sqrt(syy / nullif(n - 1, 0)) as standard_deviation,
        sqrt(greatest(residual, 0) / nullif(n - 2, 0)) as adjusted_deviation

    from deviations

),

goals as (

    select
        playbook.behaviour_profile,
        metrics.metric,
        playbook.goal_metric = metrics.metric as is_goal,
        playbook.goal_uplift,
        playbook.capacity_per_week,
        baselines.start_date,
        baselines.day_count,
        baselines.n,
        baselines.mean_value,
        baselines.standard_deviation,
        baselines.adjusted_deviation,
        1.959963984540054 * baselines.standard_deviation / sqrt(baselines.n) as margin,
        case
            when playbook.goal_metric <> metrics.metric then null
            when metrics.metric = 'reorder_share'
                then least(baselines.mean_value + playbook.goal_uplift, 1)
            else baselines.mean_value * (1 + playbook.goal_uplift)
        end as target

    from playbook

    cross join (
        select 'reorder_share' as metric
        union all
        select 'net_sales' as metric
    ) as metrics

    left join baselines
        on
            playbook.behaviour_profile = baselines.behaviour_profile
            and metrics.metric = baselines.metric

),

final as (

    select
        ---------- strings
        behaviour_profile,
        metric,
        case
            when not is_goal then null
            when coalesce(target <= mean_value, true)
                then 'No goal: the lines hold no baseline that could be raised'
            when metric = 'reorder_share'
                then
                    'Of 100 customers at least ' || {{ count_text('100 * target') }}
                    || ' order within ' || {{ count_text('day_count') }} || ' days, where '
                    || {{ count_text('100 * mean_value') }} || ' did before'
            else
                'Net sales per customer within ' || {{ count_text('day_count') }}
                || ' days are at least ' || {{ percent_text('goal_uplift') }}
                || ' above those of the hold-out'
        end as goal,

        ---------- numbers
        coalesce(n, 0) as customer_count,
        mean_value as baseline,
        greatest(mean_value - margin, 0) as baseline_low,
        case
            when metric = 'reorder_share' then least(mean_value + margin, 1)
            else mean_value + margin
        end as baseline_high,
        standard_deviation,
        adjusted_deviation,
        case when target > mean_value then target end as goal_target,
        case when target > mean_value then target - mean_value end as goal_effect,
        cast(day_count as bigint) as goal_days,

        ---------- booleans
        is_goal,

        ---------- dates
        start_date as baseline_start_date

    from goals

)

select * from final
