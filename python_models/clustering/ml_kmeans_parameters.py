"""KMeans on both axes: every model fitted so far, one row per parameter.

A build adds rows only when it fits one.
"""


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
