with

diagnostics as (

    select * from {{ ref('ml_cluster_diagnostics') }}

),

behaviour_model as (

    select * from {{ ref('dim_behaviour_model') }}

),

taste_model as (

    select * from {{ ref('dim_taste_model') }}

),

cluster_counts as (

    select
        'behaviour' as axis,
        count(distinct cluster_id) as cluster_count

    from behaviour_model

    union all

    select
        'taste' as axis,
        count(distinct cluster_id) as cluster_count

    from taste_model

),

final as (

    select
        ---------- strings
        diagnostics.axis,

        ---------- numbers
        cast(diagnostics.cluster_count as bigint) as cluster_count,
        diagnostics.inertia,
        diagnostics.silhouette,
        diagnostics.silhouette_error,
        diagnostics.silhouette_whole_space,
        diagnostics.calinski_harabasz,
        diagnostics.davies_bouldin,
        diagnostics.gap,
        diagnostics.gap_error,
        diagnostics.smallest_share,
        diagnostics.stability_mean,
        diagnostics.stability_error,
        diagnostics.stability_p10,
        diagnostics.worst_cluster_jaccard,
        diagnostics.inertia_ratio,
        diagnostics.plain_stability,
        diagnostics.plain_silhouette,

        ---------- booleans
        diagnostics.cluster_count = cluster_counts.cluster_count as is_chosen,
        diagnostics.is_recommended

    from diagnostics

    inner join cluster_counts
        on diagnostics.axis = cluster_counts.axis

)

select * from final
