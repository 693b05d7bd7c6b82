"""The models of how often and how much customers order, one row per parameter."""


def model(dbt, session):
    from customer_segments.forecasting.value_forecasts import fit_values
    from customer_segments.relations import read_distinct, read_sample

    horizon_days = dbt.config.meta_get("horizon_days")
    min_repeat_customers = dbt.config.meta_get("min_repeat_customers")
    customer_limit = dbt.config.meta_get("customer_limit")
    seed = dbt.config.meta_get("seed")

    histories = dbt.ref("int_customer_histories")
    return fit_values(
        read_sample(
            histories, "is_backtest", "customer_id", customer_limit=customer_limit, seed=seed
        ),
        read_distinct(histories, "is_backtest", "repeat_count", "age_days"),
        horizon_days=horizon_days,
        min_repeat_customers=min_repeat_customers,
    )
