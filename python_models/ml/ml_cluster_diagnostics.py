"""Why this number of clusters: shape and stability of each axis for every number from 2 to 10."""


def model(dbt, session):
    from customer_segments.axes import diagnose_axes

    columns = dbt.config.meta_get("feature_columns")
    clip_share = dbt.config.meta_get("clip_share")
    component_count = dbt.config.meta_get("component_count")
    item_min_customers = dbt.config.meta_get("item_min_customers")
    step_count = dbt.config.meta_get("step_count")
    repeat_count = dbt.config.meta_get("repeat_count")
    customer_limit = dbt.config.meta_get("customer_limit")
    seed = dbt.config.meta_get("seed")

    return diagnose_axes(
        dbt.ref("fct_customer_features").order("customer_id").df(),
        dbt.ref("int_customer_item_counts").order("customer_id, stock_code").df(),
        columns=columns,
        clip_share=clip_share,
        component_count=component_count,
        item_min_customers=item_min_customers,
        step_count=step_count,
        repeat_count=repeat_count,
        customer_limit=customer_limit,
        seed=seed,
    )
