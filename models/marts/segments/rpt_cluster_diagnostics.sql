with

diagnostics as (

    select * from {{ ref('ml_cluster_diagnostics') }}

),

final as (

    select
        ---------- strings
        axis,

        ---------- numbers
        cast(cluster_count as bigint) as cluster_count,
        inertia,
        silhouette,
        calinski_harabasz,
        davies_bouldin,
        gap,
        gap_error,
        smallest_share,
        stability_mean,
        stability_p10,
        worst_cluster_jaccard,

        ---------- booleans
        cluster_count = case axis
            when 'behaviour' then {{ var('behaviour_cluster_count') }}
            else {{ var('taste_cluster_count') }}
        end as is_chosen

    from diagnostics

)

select * from final
