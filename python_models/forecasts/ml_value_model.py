"""The models of how often and how much customers order, one row per parameter."""


def model(dbt, session):
    from customer_segments.forecasting.value_forecasts import fit_values
    from customer_segments.relations import read_distinct, read_sample

    settings = dbt.config.meta_get("settings")

    histories = dbt.ref("int_customer_histories")
    return fit_values(
        read_sample(histories, "forecast_date", "customer_id", **settings["sample"]),
        read_distinct(histories, "forecast_date", "repeat_count", "age_days"),
        **settings["fit"],
    )
