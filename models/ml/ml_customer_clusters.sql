{#- Fitted in Python, scored in SQL: any row with these columns gets its label the same way. -#}
with

behaviour_distances as (

    {{ behaviour_distances(ref('fct_customer_features'), ref('ml_behaviour_model')) | indent(4) }}

),

taste_distances as (

    {{ taste_distances(
        ref('fct_customer_features'),
        ref('int_customer_item_counts'),
        ref('ml_taste_model')
    ) | indent(4) }}

),

behaviour_ranks as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by distance, cluster_id
        ) as distance_rank

    from behaviour_distances

),

taste_ranks as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by distance, cluster_id
        ) as distance_rank

    from taste_distances

),

behaviour_nearest as (

    select
        customer_id,
        max(cluster_id) filter (where distance_rank = 1) as behaviour_cluster_id,
        max(cluster_id) filter (where distance_rank = 2) as behaviour_runner_up_cluster_id,
        max(distance) filter (where distance_rank = 1) as behaviour_distance,
        max(distance) filter (where distance_rank = 2) as behaviour_runner_up_distance

    from behaviour_ranks
    group by 1

),

taste_nearest as (

    select
        customer_id,
        max(cluster_id) filter (where distance_rank = 1) as taste_cluster_id,
        max(cluster_id) filter (where distance_rank = 2) as taste_runner_up_cluster_id,
        max(distance) filter (where distance_rank = 1) as taste_distance,
        max(distance) filter (where distance_rank = 2) as taste_runner_up_distance,
        max(known_item_count) as known_item_count

    from taste_ranks
    group by 1

),

final as (

    select
        ---------- ids
        behaviour_nearest.customer_id,
        behaviour_nearest.behaviour_cluster_id,
        behaviour_nearest.behaviour_runner_up_cluster_id,
        taste_nearest.taste_cluster_id,
        taste_nearest.taste_runner_up_cluster_id,

        ---------- numbers
        behaviour_nearest.behaviour_distance,
        behaviour_nearest.behaviour_runner_up_distance,
        taste_nearest.taste_distance,
        taste_nearest.taste_runner_up_distance,
        taste_nearest.known_item_count

    from behaviour_nearest

    inner join taste_nearest
        on behaviour_nearest.customer_id = taste_nearest.customer_id

)

select * from final
