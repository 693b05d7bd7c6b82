{%- set products = {
    'yy': ['outcome', 'outcome'],
    'pp': ['previous_outcome', 'previous_outcome'],
    'xx': ['covariate', 'covariate'],
    'xy': ['covariate', 'outcome'],
} -%}
{%- set keys = 'campaign_name, level_id, metric' -%}
with

members as (

    select * from {{ ref('fct_campaign_members') }}

),

outcomes as (

    {{ campaign_outcomes('members') | trim | indent(4) }}

),

-- Each audience, and all audiences of a campaign together.
leveled as (

    select
        outcomes.*,
        outcomes.experiment_arm = 'treated' as is_treated,
        case when levels.is_pooled then 'all' else outcomes.audience_id end as level_id

    from outcomes

    cross join (
        select false as is_pooled
        union all
        select true as is_pooled
    ) as levels

),

arms as (

    select
        {{ keys }},
        audience_id,
        stratum,
        is_treated,
        count(*) as n,
        count(*) filter (where not is_in_input) as left_count,
        {{ exact_sum('outcome') }} as outcome,
        {{ exact_sum('previous_outcome') }} as previous_outcome,
        {{ exact_sum('covariate') }} as covariate,
        {%- for name, (one, other) in products.items() %}
            {{ exact_sum(one ~ ' * ' ~ other) }} as {{ name }},
        {%- endfor %}
        count(case when goal_metric = metric then goal_effect end) as goal_count,
        {{ exact_sum('case when goal_metric = metric then goal_effect else 0 end') }} as goal,
        max(start_date) as start_date,
        max(end_date) as end_date

    from leveled
    group by {{ keys }}, audience_id, stratum, is_treated

),

-- Of each stratum: the difference of the means of its arms, and deviations from them.
strata as (

    select
        {{ keys }},
        sum(n) as n,
        coalesce(sum(n) filter (where is_treated), 0) as treated_n,
        coalesce(sum(n) filter (where not is_treated), 0) as holdout_n,
        sum(left_count) as left_count,
        sum(outcome) filter (where is_treated) as treated_outcome,
        sum(outcome) filter (where not is_treated) as holdout_outcome,
        {%- for value in ['outcome', 'previous_outcome', 'covariate'] %}
            sum(case when is_treated then {{ value }} / n else -{{ value }} / n end)
                as {{ value }}_difference,
        {%- endfor %}
        {%- for name, (one, other) in products.items() %}
            sum({{ name }} - {{ one }} * {{ other }} / n) as {{ name }},
        {%- endfor %}
        sum(goal_count) filter (where is_treated) as goal_count,
        sum(goal) filter (where is_treated) as goal,
        max(start_date) as start_date,
        max(end_date) as end_date

    from arms
    group by {{ keys }}, audience_id, stratum

),

-- The variance of a stratum's difference takes both arms' deviations together: 15-activation.md.
weighted as (

    select
        *,
        treated_n * holdout_n > 0 and n > 2 as is_compared,
        case
            when treated_n * holdout_n > 0 and n > 2
                then n * (n / treated_n + n / holdout_n) / (n - 2)
        end as weight

    from strata

),

-- A stratum with one arm has nothing to compare; its customers are counted.
final as (

    select
        ---------- ids
        level_id as audience_id,

        ---------- strings
        campaign_name,
        metric,

        ---------- numbers
        cast(sum(treated_n) as bigint) as treated_count,
        cast(sum(holdout_n) as bigint) as holdout_count,
        cast(sum(left_count) as bigint) as left_count,
        {{ exact_sum('treated_outcome') }} / nullif(sum(treated_n), 0) as treated_mean,
        {{ exact_sum('holdout_outcome') }} / nullif(sum(holdout_n), 0) as holdout_mean,
        cast(sum(n) filter (where is_compared) as bigint) as compared_count,
        count(*) filter (where is_compared) as stratum_count,
        {%- for value in ['outcome', 'previous_outcome', 'covariate'] %}
            {{ exact_sum('case when is_compared then n * ' ~ value ~ '_difference end') }}
                as {{ value }}_difference,
        {%- endfor %}
        {%- for name in products %}
            {{ exact_sum('weight * ' ~ name) }} as {{ name }},
        {%- endfor %}
        -- Null unless every audience has its goal in this metric.
        case
            when sum(goal_count) = sum(treated_n) then {{ exact_sum('goal') }} / sum(goal_count)
        end as goal_effect,

        ---------- dates
        max(start_date) as start_date,
        max(end_date) as end_date

    from weighted
    group by {{ keys }}

)

select * from final
