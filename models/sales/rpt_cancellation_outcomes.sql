with

cancellations as (

    select * from {{ ref('fct_cancellations') }}

),

outcome_totals as (

    select
        outcome,
        reason,
        count(*) as line_count,
        sum(cancelled_unit_count) as cancelled_unit_count,
        sum(matched_unit_count) as matched_unit_count,
        sum(line_value) as line_value

    from cancellations
    group by 1, 2

),

totals as (

    select sum(line_count) as line_count
    from outcome_totals

),

final as (

    select
        ---------- strings
        outcome_totals.outcome,
        outcome_totals.reason,

        ---------- numbers
        outcome_totals.line_count,
        cast(outcome_totals.line_count as double) / totals.line_count as line_share,
        cast(outcome_totals.cancelled_unit_count as bigint) as cancelled_unit_count,
        cast(outcome_totals.matched_unit_count as bigint) as matched_unit_count,
        cast(outcome_totals.line_value as decimal(18, 4)) as line_value

    from outcome_totals

    cross join totals

)

select * from final
