with

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

stored_parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

taste_agreement as (

    select * from {{ ref('int_taste_agreement') }}

),

confidences as (

    {{ customer_confidences('clusters', 'stored_parameters', 'models') | indent(4) }}

),

final as (

    select
        ---------- ids
        clusters.customer_id,
        segments.segment_id,
        {{ segment_id('clusters.behaviour_runner_up_cluster_id', 'clusters.taste_cluster_id') }}
            as behaviour_runner_up_segment_id,
        {{ segment_id('clusters.behaviour_cluster_id', 'clusters.taste_runner_up_cluster_id') }}
            as taste_runner_up_segment_id,

        ---------- strings
        segments.segment_name,
        segments.behaviour_profile,
        segments.behaviour_name,
        segments.taste_name,

        ---------- numbers
        clusters.behaviour_distance,
        clusters.behaviour_runner_up_distance,
        clusters.taste_distance,
        clusters.taste_runner_up_distance,
        confidences.behaviour_confidence,
        confidences.taste_confidence,
        confidences.confidence,

        ---------- booleans
        clusters.taste_runner_up_cluster_id is not null
        and (coalesce(taste_agreement.is_weak, true) or clusters.known_item_count = 0)
            as is_taste_weak

    from clusters

    inner join features
        on clusters.customer_id = features.customer_id

    inner join confidences
        on clusters.customer_id = confidences.customer_id

    -- The last number of first orders that was looked at stands for more.
    left join taste_agreement
        on
            features.order_count >= taste_agreement.first_order_count
            and features.order_count
            < coalesce(taste_agreement.next_first_order_count, features.order_count + 1)

    left join segments
        on
            clusters.behaviour_cluster_id = segments.behaviour_cluster_id
            and clusters.taste_cluster_id = segments.taste_cluster_id

)

select * from final
