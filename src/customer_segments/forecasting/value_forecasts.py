"""The models of orders and spend as a table, one fit a forecast date."""

import numpy as np
import pandas as pd

from customer_segments.forecasting.value_model import (
    Histories,
    OrderModel,
    SpendModel,
    Vector,
    fit_order_model,
    fit_spend_model,
)

TABLE = {
    "forecast_at": "datetime64[us]",
    "parameter": "str",
    "repeat_count": "Int64",
    "age_days": "Int64",
    "value": "float64",
}


def fit_values(
    histories: pd.DataFrame,
    pairs: pd.DataFrame | None = None,
    *,
    horizon_days: int,
    min_repeat_customers: int,
) -> pd.DataFrame:
    """Fit both models to the customers of each forecast date; return one row per parameter.

    `histories` has the rows of int_customer_histories, ordered by customer. Beside the parameters
    there is a row `expected_orders_if_active` for each pair of repeats and age, which is what SQL
    cannot work out: those of `pairs` (forecast_date, repeat_count, age_days) where `histories` are
    a sample. No rows for a date with fewer than `min_repeat_customers` customers who came back, or
    less than `horizon_days` after its first order.
    """
    tables = [pd.DataFrame({name: [] for name in TABLE})]
    for forecast_date, customers in histories.groupby("forecast_date"):
        if (customers["repeat_count"] > 0).sum() < min_repeat_customers:
            continue
        if customers["age_days"].max() < horizon_days:
            continue
        orders, spend = _fit(customers)
        known = histories if pairs is None else pairs
        ages = known.loc[known["forecast_date"] == forecast_date, ["repeat_count", "age_days"]]
        ages = ages.drop_duplicates().sort_values(["repeat_count", "age_days"])
        expected = orders.expected_if_active(
            _floats(ages["repeat_count"]), _floats(ages["age_days"]), horizon_days
        )
        parameters = orders._asdict() | spend._asdict() | {"fitted_customer_count": len(customers)}
        tables += [
            pd.DataFrame({"parameter": list(parameters), "value": list(parameters.values())}),
            ages.assign(parameter="expected_orders_if_active", value=expected),
        ]
        for table in tables[-2:]:
            table["forecast_at"] = forecast_date
    return pd.concat(tables, ignore_index=True)[list(TABLE)].astype(TABLE)


def _fit(customers: pd.DataFrame) -> tuple[OrderModel, SpendModel]:
    histories = Histories(
        *(_floats(customers[name]) for name in ("repeat_count", "repeat_days", "age_days"))
    )
    spend = fit_spend_model(
        *(_floats(customers[name]) for name in ("order_count", "net_sales", "last_order_value"))
    )
    return fit_order_model(histories), spend


def _floats(column: "pd.Series[float]") -> Vector:
    return np.asarray(column, dtype=np.float64)
