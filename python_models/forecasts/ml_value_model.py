"""The models of how often and how much customers order, one row per parameter."""


def model(dbt, session):
    from customer_segments.forecasting.value_forecasts import fit_values
    from customer_segments.relations import read, read_distinct

    histories = dbt.ref("int_customer_histories")
    return fit_values(
        read(histories, "forecast_date", "customer_id", where="is_judged"),
        read_distinct(histories, "forecast_date", "repeat_count", "age_days"),
        **dbt.config.meta_get("settings"),
    )
