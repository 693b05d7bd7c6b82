"""Every model fitted so far, one row per parameter: a build adds rows only when it fits one."""


def model(dbt, session):
    from customer_segments.registry import add_model

    behaviour_features = dbt.config.meta_get("behaviour_features")
    behaviour_cluster_count = dbt.config.meta_get("behaviour_cluster_count")
    behaviour_clip_share = dbt.config.meta_get("behaviour_clip_share")
    taste_cluster_count = dbt.config.meta_get("taste_cluster_count")
    taste_component_count = dbt.config.meta_get("taste_component_count")
    item_min_customers = dbt.config.meta_get("item_min_customers")
    kmeans_max_iter = dbt.config.meta_get("kmeans_max_iter")
    fit_customer_limit = dbt.config.meta_get("fit_customer_limit")
    random_seed = dbt.config.meta_get("random_seed")
    behaviour_cluster_bounds = dbt.config.meta_get("behaviour_cluster_bounds")
    taste_cluster_bounds = dbt.config.meta_get("taste_cluster_bounds")
    cluster_stability_min = dbt.config.meta_get("cluster_stability_min")
    cluster_jaccard_min = dbt.config.meta_get("cluster_jaccard_min")
    cluster_min_share = dbt.config.meta_get("cluster_min_share")
    diagnostics_repeat_count = dbt.config.meta_get("diagnostics_repeat_count")
    diagnostics_customer_limit = dbt.config.meta_get("diagnostics_customer_limit")
    stability_min = dbt.config.meta_get("stability_min")
    segment_jaccard_min = dbt.config.meta_get("segment_jaccard_min")
    segment_min_share = dbt.config.meta_get("segment_min_share")
    segment_max_share = dbt.config.meta_get("segment_max_share")
    refit_max_changed_share = dbt.config.meta_get("refit_max_changed_share")
    stability_repeat_count = dbt.config.meta_get("stability_repeat_count")
    stability_customer_limit = dbt.config.meta_get("stability_customer_limit")

    return add_model(
        request=dbt.ref("ml_fit_decision"),
        stored=dbt.source("kept", "ml_kmeans_parameters"),
        features=dbt.ref("fct_customer_features"),
        counts=dbt.ref("fct_customer_items"),
        settings={
            "behaviour_features": behaviour_features,
            "behaviour_cluster_count": behaviour_cluster_count,
            "behaviour_clip_share": behaviour_clip_share,
            "taste_cluster_count": taste_cluster_count,
            "taste_component_count": taste_component_count,
            "item_min_customers": item_min_customers,
            "kmeans_max_iter": kmeans_max_iter,
            "random_seed": random_seed,
        },
        fit_limit=fit_customer_limit,
        count_rule={
            "behaviour_bounds": behaviour_cluster_bounds,
            "taste_bounds": taste_cluster_bounds,
            "stability_min": cluster_stability_min,
            "jaccard_min": cluster_jaccard_min,
            "share_min": cluster_min_share,
            "repeat_count": diagnostics_repeat_count,
            "customer_limit": diagnostics_customer_limit,
        },
        gate={
            "stability_min": stability_min,
            "segment_jaccard_min": segment_jaccard_min,
            "segment_min_share": segment_min_share,
            "segment_max_share": segment_max_share,
            "refit_max_changed_share": refit_max_changed_share,
            "stability_repeat_count": stability_repeat_count,
            "stability_customer_limit": stability_customer_limit,
        },
    )
