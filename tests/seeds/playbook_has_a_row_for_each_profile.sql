-- The playbook has a row for each of the four behaviour profiles and for nothing else.
with

profiles as (

    select 'core' as behaviour_profile
    union all
    select 'cooling' as behaviour_profile
    union all
    select 'active' as behaviour_profile
    union all
    select 'lapsed' as behaviour_profile

),

playbook as (

    select distinct behaviour_profile from {{ ref('segment_playbook') }}

)

select
    profiles.behaviour_profile as missing_profile,
    playbook.behaviour_profile as unknown_profile
from profiles
full outer join playbook
    on profiles.behaviour_profile = playbook.behaviour_profile
where
    profiles.behaviour_profile is null
    or playbook.behaviour_profile is null
{{ 'limit 0' if flags.EMPTY }}
