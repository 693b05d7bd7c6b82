-- A customer comes to the cluster that is named, on that day or with that order; one day or one
-- unit of money before, it is where it was, or not yet better.
with

next_clusters as (

    select * from {{ ref('int_customer_next_clusters') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

model_parameters as (

    select * from {{ ref('dim_behaviour_model') }}

),

steps as (

    select
        customer_id,
        'days' as way,
        days_until_change as step,
        next_cluster_id as cluster_id,
        true as is_there
    from next_clusters
    where days_until_change is not null

    union all

    select
        customer_id,
        'days' as way,
        days_until_change - 1 as step,
        next_cluster_id as cluster_id,
        false as is_there
    from next_clusters
    where days_until_change is not null

    union all

    select
        customer_id,
        'order' as way,
        lifting_order_value as step,
        lifted_cluster_id as cluster_id,
        true as is_there
    from next_clusters
    where lifting_order_value is not null

    union all

    select
        customer_id,
        'order' as way,
        lifting_order_value - 1 as step,
        lifted_cluster_id as cluster_id,
        false as is_there
    from next_clusters
    where lifting_order_value > 0

),

what_ifs as (

    select
        features.customer_id,
        steps.way,
        steps.is_there,
        {% for feature in undated_features() -%}
            features.{{ feature }},
        {% endfor -%}
        case
            when steps.way = 'days' then features.recency_days + steps.step
            else least(features.recency_days, 1)
        end as recency_days,
        features.order_count + case when steps.way = 'days' then 0 else 1 end as order_count,
        features.net_sales + case when steps.way = 'days' then 0 else steps.step end as net_sales

    from steps

    inner join features
        on steps.customer_id = features.customer_id

),

distances as (

    {{ behaviour_distances(
        'what_ifs', 'model_parameters', ['customer_id', 'way', 'is_there']
    ) | indent(4) }}

),

nearest as (

    select
        *,
        row_number() over (
            partition by customer_id, way, is_there
            order by distance, cluster_id
        ) as distance_rank

    from distances

)

select
    nearest.customer_id,
    nearest.way,
    nearest.is_there,
    nearest.cluster_id
from nearest

inner join steps
    on
        nearest.customer_id = steps.customer_id
        and nearest.way = steps.way
        and nearest.is_there = steps.is_there

inner join clusters
    on nearest.customer_id = clusters.customer_id

where
    nearest.distance_rank = 1
    and case
        when nearest.is_there then nearest.cluster_id <> steps.cluster_id
        when nearest.way = 'days' then nearest.cluster_id <> clusters.behaviour_cluster_id
        else nearest.cluster_id = steps.cluster_id
    end
