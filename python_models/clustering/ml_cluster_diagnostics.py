"""Why this number of clusters: KMeans on each axis for every number from 2 to 10."""


def model(dbt, session):
    from customer_segments.fitting.customers import read_customers
    from customer_segments.fitting.settings import Settings
    from customer_segments.judging.cluster_counts import CountRule, recommend_counts

    settings = dbt.config.meta_get("settings")

    features = dbt.ref("fct_customer_features")
    counts = dbt.ref("fct_customer_items")
    return recommend_counts(
        read_customers(features, counts, **settings["customers"]),
        Settings(**settings["fit"]),
        CountRule(**settings["cluster_counts"]),
    )
