{%- set z95 = 1.959963984540054 -%}
{%- set z80 = 0.8416212335729143 -%}
with

contrasts as (

    select * from {{ ref('int_campaign_contrasts') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- The slope on what was before that leaves the smallest variance (docs/decisions/15-activation.md).
slopes as (

    select
        contrasts.*,
        coalesce(xy / nullif(xx, 0), 0) as slope,
        compared_count - 2 * stratum_count as freedom,
        greatest(
            {{ dbt.datediff('as_of.as_of_date', 'contrasts.end_date', 'day') }}, 0
        ) as missing_day_count

    from contrasts

    cross join as_of

),

estimates as (

    select
        *,
        (outcome_difference - slope * covariate_difference) / compared_count as difference,
        outcome_difference / compared_count as unadjusted_difference,
        previous_outcome_difference / compared_count as previous_difference,
        case
            when freedom > 1 and yy - slope * xy > 0
                then sqrt((yy - slope * xy) * freedom / (freedom - 1)) / compared_count
        end as standard_error,
        case when freedom > 1 and yy > 0 then sqrt(yy) / compared_count end as unadjusted_error,
        case when freedom > 1 and pp > 0 then sqrt(pp) / compared_count end as previous_error,
        -- Quantile of Student's t, from that of the normal distribution (Fisher & Cornish 1960).
        {{ z95 }} + {{ (z95 * z95 * z95 + z95) / 4 }} / nullif(freedom - 1, 0) as quantile

    from slopes

),

intervals as (

    select
        *,
        difference - quantile * standard_error as difference_low,
        difference + quantile * standard_error as difference_high,
        ({{ z95 }} + {{ z80 }}) / {{ z95 }} * quantile * standard_error as smallest_effect,
        abs(difference) / nullif(standard_error * quantile, 0) * {{ z95 / 2 ** 0.5 }} as root

    from estimates

),

final as (

    select
        ---------- ids
        audience_id,

        ---------- strings
        campaign_name,
        metric,
        case
            when missing_day_count > 0 then 'not yet decidable'
            when left_count = treated_count + holdout_count then 'of another file'
            when difference_low > 0 then 'works'
            when difference_high < 0 then 'harms'
            when difference_high < goal_effect then 'does not work'
            else 'not decidable'
        end as verdict,

        ---------- numbers
        treated_count,
        holdout_count,
        left_count,
        treated_mean,
        holdout_mean,
        difference,
        difference_low,
        difference_high,
        least({{ erfc('root') }}, 1.0) as p_value,
        -- Against what the treated would have done: their mean less the difference.
        {%- for column in ['', '_low', '_high'] %}
            case
                when treated_mean - difference{{ column }} > 0
                    then difference{{ column }} / (treated_mean - difference{{ column }})
            end as relative_lift{{ column }},
        {%- endfor %}
        {%- for column in ['', '_low', '_high'] %}
            treated_count * difference{{ column }} as incremental_total{{ column }},
        {%- endfor %}
        unadjusted_difference,
        unadjusted_difference - quantile * unadjusted_error as unadjusted_difference_low,
        unadjusted_difference + quantile * unadjusted_error as unadjusted_difference_high,
        previous_difference,
        previous_difference - quantile * previous_error as previous_difference_low,
        previous_difference + quantile * previous_error as previous_difference_high,
        smallest_effect,
        goal_effect,
        case
            when goal_effect > 0
                then cast(ceil(power(smallest_effect / goal_effect, 2)) as bigint)
        end as round_count,
        cast(missing_day_count as bigint) as missing_day_count,

        ---------- dates
        start_date,
        end_date

    from intervals

)

select * from final
