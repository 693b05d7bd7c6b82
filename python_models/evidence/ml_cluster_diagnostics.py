"""Why this number of clusters: shape and stability of each axis for every number from 2 to 10."""


def model(dbt, session):
    from customer_segments.judging.axes import recommend_counts
    from customer_segments.relations import read_customers

    columns = dbt.config.meta_get("feature_columns")
    clip_share = dbt.config.meta_get("clip_share")
    component_count = dbt.config.meta_get("component_count")
    item_min_customers = dbt.config.meta_get("item_min_customers")
    step_count = dbt.config.meta_get("step_count")
    repeat_count = dbt.config.meta_get("repeat_count")
    customer_limit = dbt.config.meta_get("customer_limit")
    fit_limit = dbt.config.meta_get("fit_limit")
    seed = dbt.config.meta_get("seed")
    behaviour_bounds = dbt.config.meta_get("behaviour_bounds")
    taste_bounds = dbt.config.meta_get("taste_bounds")
    stability_min = dbt.config.meta_get("stability_min")
    jaccard_min = dbt.config.meta_get("jaccard_min")
    share_min = dbt.config.meta_get("share_min")

    return recommend_counts(
        read_customers(
            dbt.ref("fct_customer_features"),
            dbt.ref("fct_customer_items"),
            fit_limit=fit_limit,
            sample_limit=customer_limit,
            seed=seed,
        ),
        columns=columns,
        clip_share=clip_share,
        component_count=component_count,
        item_min_customers=item_min_customers,
        step_count=step_count,
        repeat_count=repeat_count,
        customer_limit=customer_limit,
        seed=seed,
        behaviour_bounds=behaviour_bounds,
        taste_bounds=taste_bounds,
        stability_min=stability_min,
        jaccard_min=jaccard_min,
        share_min=share_min,
    )
