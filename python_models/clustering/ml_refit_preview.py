"""KMeans again, of which nothing is kept: whom a refit of today would move."""


def model(dbt, session):
    from customer_segments.judging.health import preview_refit

    settings = dbt.config.meta_get("settings")

    return preview_refit(
        parameters=dbt.ref("ml_kmeans_parameters"),
        models=dbt.ref("dim_models"),
        decision=dbt.ref("ml_fit_decision"),
        features=dbt.ref("fct_customer_features"),
        counts=dbt.ref("fct_customer_items"),
        settings=settings,
    )
