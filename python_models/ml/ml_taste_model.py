"""Fitted parameters of the taste axis: IDF, item loadings and centroids, one row each."""


def model(dbt, session):
    from customer_segments.taste import fit_taste

    cluster_count = dbt.config.meta_get("cluster_count")
    component_count = dbt.config.meta_get("component_count")
    item_min_customers = dbt.config.meta_get("item_min_customers")
    step_count = dbt.config.meta_get("step_count")
    seed = dbt.config.meta_get("seed")

    counts = dbt.ref("int_customer_item_counts").order("customer_id, stock_code").df()
    return fit_taste(
        counts,
        cluster_count=cluster_count,
        component_count=component_count,
        item_min_customers=item_min_customers,
        step_count=step_count,
        seed=seed,
    ).to_table()
