"""How far off each forecast of the last 90 days was."""


def model(dbt, session):
    from customer_segments.forecasting.value_forecasts import measure_forecasts
    from customer_segments.relations import read_sample

    settings = dbt.config.meta_get("settings")

    forecasts = dbt.ref("int_value_forecasts")
    return measure_forecasts(read_sample(forecasts, "customer_id", **settings["sample"]))
