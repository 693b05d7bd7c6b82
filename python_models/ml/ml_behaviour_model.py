"""Fitted parameters of the behaviour axis: clips, scaler and centroids, one row each."""


def model(dbt, session):
    from customer_segments.behaviour import fit_behaviour

    columns = dbt.config.meta_get("feature_columns")
    cluster_count = dbt.config.meta_get("cluster_count")
    clip_share = dbt.config.meta_get("clip_share")
    step_count = dbt.config.meta_get("step_count")

    features = dbt.ref("fct_customer_features").order("customer_id").df()
    return fit_behaviour(
        features,
        columns=columns,
        cluster_count=cluster_count,
        clip_share=clip_share,
        step_count=step_count,
    ).to_table()
