-- In each audience the hold-out is audience_holdout_share of those not suppressed, to the nearest
-- customer, and a suppressed customer is in neither arm.
with

audiences as (

    select
        audience_id,
        count(*) filter (where not is_suppressed) as eligible_count,
        count(*) filter (where is_holdout) as holdout_count,
        count(*) filter (where is_holdout and is_suppressed) as suppressed_holdout_count

    from {{ ref('fct_audience_members') }}
    group by 1

)

select *
from audiences
where
    abs(holdout_count - eligible_count * {{ var('audience_holdout_share') }}) > 0.5
    or suppressed_holdout_count > 0
