"""KMeans on both axes: the models that are kept, and the one that this build fits, if any."""


def model(dbt, session):
    from customer_segments.registry import add_model

    settings = dbt.config.meta_get("settings")

    return add_model(
        request=dbt.ref("ml_fit_decision"),
        stored=dbt.source("kept", "ml_kmeans_parameters"),
        features=dbt.ref("fct_customer_features"),
        counts=dbt.ref("fct_customer_items"),
        settings=settings,
    )
