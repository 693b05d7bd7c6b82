{#- Body of the published function: the behaviour cluster that given features lead to. -#}
{% macro score_behaviour() %}
with

asked as (

    select
        {%- for feature in clustered_features() %}
        {{ feature }} as asked_{{ feature }}{{ ',' if not loop.last }}
        {%- endfor %}

),

customers as (

    select
        'asked' as customer_id,
        {%- for feature in clustered_features() %}
        asked.asked_{{ feature }} as {{ feature }}{{ ',' if not loop.last }}
        {%- endfor %}

    from asked

    where
        {%- for feature in clustered_features() %}
        {{ 'and ' if not loop.first }}asked.asked_{{ feature }} is not null
        {%- endfor %}

),

behaviour_distances as (

    {{ behaviour_distances('customers', 'dim_behaviour_model') | indent(4) }}

),

{{ nearest_clusters('behaviour') }},

behaviour_clusters as (

    select distinct
        behaviour_cluster_id,
        behaviour_profile,
        behaviour_name

    from dim_segments

)

select
    nearest.behaviour_cluster_id,
    nearest.behaviour_runner_up_cluster_id,
    own.behaviour_profile,
    own.behaviour_name,
    runner_up.behaviour_name as behaviour_runner_up_name,
    nearest.behaviour_distance,
    nearest.behaviour_runner_up_distance

from behaviour_nearest as nearest

left join behaviour_clusters as own
    on nearest.behaviour_cluster_id = own.behaviour_cluster_id

left join behaviour_clusters as runner_up
    on nearest.behaviour_runner_up_cluster_id = runner_up.behaviour_cluster_id
{% endmacro %}
