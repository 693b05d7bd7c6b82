"""Forecasts of orders and spend: the models as a table, and how well forecasts did."""

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
    "is_backtest": "bool",
    "parameter": "str",
    "repeat_count": "Int64",
    "age_days": "Int64",
    "value": "float64",
}
SCORES = {
    "measure": "str",
    "method": "str",
    "customer_count": "int64",
    "mean_absolute_error": "float64",
    "root_mean_square_error": "float64",
    "spearman": "float64",
    "gini": "float64",
    "predicted_total": "float64",
    "actual_total": "float64",
}


def fit_values(
    histories: pd.DataFrame,
    pairs: pd.DataFrame | None = None,
    *,
    horizon_days: int,
    min_repeat_customers: int,
) -> pd.DataFrame:
    """Fit both models to the customers of each as-of date; return one row per parameter.

    `histories` has the rows of int_customer_histories, ordered by customer. Beside the parameters
    there is a row `expected_orders_if_active` for each pair of repeats and age, which is what SQL
    cannot work out: those of `pairs` (is_backtest, repeat_count, age_days) where `histories` are a
    sample. No rows for a date with fewer than `min_repeat_customers` customers who came
    back, or less than `horizon_days` after its first order.
    """
    tables = [pd.DataFrame({name: [] for name in TABLE})]
    for is_backtest, customers in histories.groupby("is_backtest"):
        if (customers["repeat_count"] > 0).sum() < min_repeat_customers:
            continue
        if customers["age_days"].max() < horizon_days:
            continue
        orders, spend = _fit(customers)
        known = histories if pairs is None else pairs
        ages = known.loc[known["is_backtest"] == is_backtest, ["repeat_count", "age_days"]]
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
            table["is_backtest"] = is_backtest
    return pd.concat(tables, ignore_index=True)[list(TABLE)].astype(TABLE)


def measure_forecasts(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return how far off each forecast was: one row per measure and method.

    `forecasts` has one row per customer and columns `<measure>__actual` and `<measure>__<method>`;
    a method that forecasts nothing for some customer is left out, as is everything without
    customers. Spearman and Gini say how well a method ranks customers: 1 is the order in which it
    came, 0 is chance. The Gini coefficient weighs by what came: the area between the diagonal and
    the share of the actual total that customers ranked first bring, over that of the best order.
    Equal forecasts count as the mean of all ways to order them.
    """
    complete = forecasts.loc[:, forecasts.notna().all()] if len(forecasts) else pd.DataFrame()
    ranks = complete.rank()
    rows = []
    for name in complete.columns:
        measure, _, method = name.partition("__")
        came = f"{measure}__actual"
        if method and name != came:
            scores = _scores(
                *(_floats(table[key]) for table in (complete, ranks) for key in (name, came))
            )
            names = {"measure": measure.replace("_", " "), "method": method.replace("_", " ")}
            rows.append(names | scores)
    return pd.DataFrame(rows, columns=list(SCORES)).astype(SCORES)


def _fit(customers: pd.DataFrame) -> tuple[OrderModel, SpendModel]:
    histories = Histories(
        *(_floats(customers[name]) for name in ("repeat_count", "repeat_days", "age_days"))
    )
    spend = fit_spend_model(
        *(_floats(customers[name]) for name in ("order_count", "net_sales", "last_order_value"))
    )
    return fit_order_model(histories), spend


def _scores(
    predicted: Vector, actual: Vector, predicted_ranks: Vector, actual_ranks: Vector
) -> dict[str, float]:
    error = predicted - actual
    rank_one, rank_two = (ranks - ranks.mean() for ranks in (predicted_ranks, actual_ranks))
    return {
        "customer_count": len(actual),
        "mean_absolute_error": float(np.abs(error).mean()),
        "root_mean_square_error": float(np.sqrt((error**2).mean())),
        "spearman": _over(
            (rank_one * rank_two).sum(), np.sqrt((rank_one**2).sum() * (rank_two**2).sum())
        ),
        "gini": _over((rank_one * actual).sum(), (rank_two * actual).sum()),
        "predicted_total": float(predicted.sum()),
        "actual_total": float(actual.sum()),
    }


def _over(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def _floats(column: "pd.Series[float]") -> Vector:
    return np.asarray(column, dtype=np.float64)
