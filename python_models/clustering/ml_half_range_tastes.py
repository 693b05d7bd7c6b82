"""The taste of each customer told from one half of the range: KMeans on the taste axis, twice."""


def model(dbt, session):
    from customer_segments.fitting.customers import read_customers
    from customer_segments.fitting.settings import Settings
    from customer_segments.judging.half_ranges import half_range_tastes
    from customer_segments.relations import read

    settings = dbt.config.meta_get("settings")

    features = dbt.ref("fct_customer_features")
    counts = dbt.ref("fct_customer_items")
    return half_range_tastes(
        read_customers(features, counts, **settings["customers"]),
        halves=read(dbt.ref("int_range_halves"), "stock_code"),
        clusters=read(dbt.ref("ml_customer_clusters"), "customer_id"),
        settings=Settings(**settings["fit"]),
    )
