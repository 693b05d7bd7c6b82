-- Nobody treated has a lower hash of salt, audience and customer than somebody held out of the same
-- audience: whoever has these three can draw the hold-out again.
with

draws as (

    select
        audience_id,
        experiment_arm,
        {{ dbt.hash(
            quoted(var('audience_salt') ~ '|') ~ " || audience_id || '|' || customer_id"
        ) }} as draw

    from {{ ref('fct_audience_members') }}

),

bounds as (

    select
        audience_id,
        max(draw) filter (where experiment_arm = 'hold-out') as last_held_out,
        min(draw) filter (where experiment_arm = 'treated') as first_treated

    from draws
    group by 1

)

select *
from bounds
where last_held_out > first_treated
