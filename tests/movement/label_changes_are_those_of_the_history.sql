-- While the model of the last month end is in force, label changes are the current moves of
-- rpt_segment_migration, all caused by behaviour.
with

changes as (

    select * from {{ ref('rpt_label_changes') }}

),

migration as (

    select * from {{ ref('rpt_segment_migration') }}

),

models as (

    select * from {{ ref('dim_models') }}
    where is_in_force

),

month_ends as (

    select * from {{ ref('int_month_ends') }}
    where is_current

),

changed as (

    select
        from_segment_id,
        to_segment_id,
        count(*) filter (where cause = 'behaviour changed') as customer_count

    from changes
    group by 1, 2

),

moved as (

    select
        from_segment_id,
        to_segment_id,
        customer_count

    from migration
    where
        is_current
        and not is_stay
        and from_segment_id <> 'entry'
        and to_segment_id <> 'exit'

)

select
    coalesce(changed.from_segment_id, moved.from_segment_id) as from_segment_id,
    coalesce(changed.to_segment_id, moved.to_segment_id) as to_segment_id,
    changed.customer_count as changed_customer_count,
    moved.customer_count as moved_customer_count
from changed

full outer join moved
    on
        changed.from_segment_id = moved.from_segment_id
        and changed.to_segment_id = moved.to_segment_id

cross join models

cross join month_ends

where
    (
        models.compared_model_version is null
        or models.as_of_date <= month_ends.previous_as_of_date
    )
    and coalesce(changed.customer_count <> moved.customer_count, true)
