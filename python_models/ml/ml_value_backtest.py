"""How far off each forecast of the last 90 days was."""


def model(dbt, session):
    from customer_segments.value_forecasts import measure_forecasts

    return measure_forecasts(dbt.ref("int_value_forecasts").order("customer_id").df())
