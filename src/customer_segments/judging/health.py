"""When to refit: what of a shop a model remembers, and whom a refit of today would move.

The fit stores the distribution of what it saw; rpt_model_shift compares that with today's in SQL.
Whom a refit would move takes a fit, of one model without the refits that judge it, and no more than
a sample of the customers.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from customer_segments.fitting.customers import Customers, read_customers
from customer_segments.fitting.segment_model import SegmentModel, fit_segments
from customer_segments.fitting.settings import Settings
from customer_segments.relations import read

GROUPS = 10  # of about as many customers each, as a population stability index is usually made of
PAIRS = ["from_behaviour", "from_taste", "to_behaviour", "to_taste"]

Row = dict[str, object]


def population_rows(customers: Customers, model: SegmentModel) -> Iterable[Row]:
    """Yield what the model remembers of the customers that it was fitted to, as parameters.

    `history_days` are the days from the first order of anybody. `decile` are bounds (component) of
    each behaviour feature between groups of customers of about one size, `decile_share` the share
    of customers up to the bound, which of whole numbers is seldom an exact tenth.
    `unknown_item_share` is the share of pairs of customer and item whose item has no taste.
    """
    features = customers.features
    if "tenure_days" in features:
        yield _row("model", "history_days", value=float(features["tenure_days"].max()))
    for name in model.behaviour.features:
        values = np.sort(features[name].to_numpy(dtype=np.float64))
        places = np.arange(1, GROUPS) * len(values) // GROUPS
        bounds = np.unique(values[places])
        shares = np.searchsorted(values, bounds, side="right") / len(values)
        for number, (bound, share) in enumerate(zip(bounds, shares, strict=True), 1):
            yield _row("behaviour", "decile", feature=name, component=number, value=bound)
            yield _row("behaviour", "decile_share", feature=name, component=number, value=share)
    if customers.orders.nnz:
        # Of texts NumPy compares every pair.
        known = pd.Index(customers.stock_codes).isin(model.taste.stock_codes)
        yield _row(
            "taste", "unknown_item_share", value=float((~known)[customers.orders.indices].mean())
        )


def preview_refit(
    *,
    parameters: Any,
    models: Any,
    decision: Any,
    features: Any,
    counts: Any,
    settings: dict[str, Any],
) -> pd.DataFrame:
    """Return how many customers a refit would have where, by where they are: PAIRS, customer_count.

    All but the last are relations of dbt: `parameters` those of all models, `models` tells which is
    in force, `decision` is ml_fit_decision, `features` and `counts` are what a fit sees. `settings`
    are those of ml_refit_preview: `fit` for Settings, `customers` for read_customers. No rows when
    this build fitted the model in force, which a refit would only repeat, and none when the
    customers are too few for a fit.
    """
    versions = read(models, where="is_in_force")["model_version"].tolist()
    if not versions or versions == read(decision)["model_version"].tolist():
        return _none()
    chosen = Settings(**settings["fit"])
    rows = read(parameters, where=f"model_version = {int(versions[0])}")
    model = SegmentModel.from_table(rows, chosen.behaviour.units)
    for axis, clusters in (("behaviour", model.behaviour), ("taste", model.taste)):
        if axis in chosen.open_axes:
            chosen = chosen.with_count(axis, len(clusters.centroids))
    return moves(model, read_customers(features, counts, **settings["customers"]), chosen)


def moves(model: SegmentModel, customers: Customers, settings: Settings) -> pd.DataFrame:
    """Return the customers of each pair of a segment of `model` and one of a refit to them.

    Rows are ordered, columns PAIRS and customer_count; no rows when they are too few for a fit.
    """
    try:
        refit = fit_segments(customers, settings).matched(model, customers)
    except ValueError:
        return _none()
    labels = np.column_stack([model.predict(customers), refit.predict(customers)])
    pairs, sizes = np.unique(labels, axis=0, return_counts=True)
    return pd.DataFrame(pairs, columns=PAIRS).assign(customer_count=sizes)


def _none() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="int64") for name in [*PAIRS, "customer_count"]})


def _row(axis: str, parameter: str, **values: object) -> Row:
    return {"axis": axis, "parameter": parameter, **values}
