{#- Above or below the average customer, in log units, is the sign of the centroid's z-score. -#}
{{ config(post_hook='{{ check_quadrants() }}') }}
with

model_parameters as (

    select * from {{ ref('dim_behaviour_model') }}

),

playbook as (

    select * from {{ ref('segment_playbook') }}

),

centroids as (

    select
        cluster_id,
        max(value) filter (where feature = 'net_sales') as net_sales_position,
        max(value) filter (where feature = 'recency_days') as recency_position

    from model_parameters
    where parameter = 'centroid'
    group by 1

),

profiled as (

    select
        *,
        case
            when net_sales_position >= 0 and recency_position < 0 then 'core'
            when net_sales_position >= 0 then 'cooling'
            when recency_position < 0 then 'active'
            else 'lapsed'
        end as behaviour_profile

    from centroids

),

-- Clusters of one profile are told apart by a tier, in the order of their ids, which stay.
tiered as (

    select
        *,
        row_number() over (partition by behaviour_profile order by cluster_id) as tier,
        count(*) over (partition by behaviour_profile) as tier_count

    from profiled

),

final as (

    select
        tiered.cluster_id,
        tiered.behaviour_profile,
        playbook.behaviour_name
        || case
            when tiered.tier_count > 1 then ' ' || cast(tiered.tier as {{ dbt.type_string() }})
            else ''
        end as behaviour_name,
        playbook.action,
        tiered.net_sales_position,
        tiered.recency_position

    from tiered

    left join playbook
        on tiered.behaviour_profile = playbook.behaviour_profile

)

select * from final
