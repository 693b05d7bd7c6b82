"""The verdict on a model: resamples of the same customers say keep, another shop says refit."""

from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import FIT_SETTINGS, VARIABLES, Build, compiled

from customer_segments.fitting.customers import Customers
from customer_segments.fitting.segment_model import SegmentModel, fit_segments
from customer_segments.judging.gate import Gate, decide, judge_model
from customer_segments.judging.health import moves

GATE = Gate(**{name: VARIABLES[name] for name in Gate.__dataclass_fields__})
JUDGING = (
    *("int_feature_groups", "int_item_groups", "rpt_model_shift"),
    *("int_refit_moves", "int_model_health", "rpt_model_health"),
)
RESAMPLES = 40
LINES = """
    select invoice_id, customer_id, stock_code, cast(net_sales as double) as net_sales, invoiced_at
    from fct_sale_lines where net_unit_count > 0
"""
# Days of a fit three months before the end of the files, and of builds one and two months later.
DAYS = {
    "sample_build": ("2024-09-10", "2024-10-10", "2024-11-10"),
    "client_build": ("2011-09-01", "2011-10-01", "2011-11-01"),
    "everyone_build": ("2011-09-01", "2011-10-01", "2011-11-01"),
}


@dataclass(frozen=True)
class Fitted:
    """A model as it is kept, and the day that it was fitted as of."""

    day: str
    model: SegmentModel
    parameters: pd.DataFrame
    customer_count: int


def as_of(lines: pd.DataFrame, day: str) -> Customers:
    """Return the customers of the lines before a day, net of what came back at any time."""
    until = pd.Timestamp(day)
    before = lines[lines["invoiced_at"] < until]
    orders = before.groupby(["customer_id", "invoice_id"], as_index=False).agg(
        net_sales=("net_sales", "sum"), ordered_at=("invoiced_at", "min")
    )
    features = orders.groupby("customer_id", as_index=False).agg(
        order_count=("invoice_id", "size"),
        net_sales=("net_sales", "sum"),
        last=("ordered_at", "max"),
        first=("ordered_at", "min"),
    )
    for name, column in (("recency_days", "last"), ("tenure_days", "first")):
        features[name] = (until - features.pop(column).dt.normalize()).dt.days
    items = before.groupby(["customer_id", "stock_code"])["invoice_id"].nunique()
    return Customers.of(features, items.rename("order_count").reset_index())


def fit(lines: pd.DataFrame, day: str) -> Fitted:
    customers = as_of(lines, day)
    model = fit_segments(customers, FIT_SETTINGS)
    judgement = judge_model(model, customers, FIT_SETTINGS, GATE)
    rows = decide(judgement, model, FIT_SETTINGS.seed).assign(model_version=1)
    return Fitted(day, model, rows, len(customers))


def resampled(customers: Customers, seed: int) -> Customers:
    random = np.random.default_rng(seed)
    drawn = customers.part(np.sort(random.integers(0, len(customers), len(customers))))
    ids = [f"{number:06}" for number in range(len(customers))]
    return replace(drawn, features=drawn.features.assign(customer_id=ids))


def other_shop(lines: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the lines of a shop that from a day on loses half its customers and sells new items.

    What is left is sold at five times the price.
    """
    random = np.random.default_rng(7)
    is_late = lines["invoiced_at"] >= pd.Timestamp(day)
    chosen = [
        lines[column].isin([name for name in sorted(set(lines[column])) if random.random() < share])
        for column, share in (("customer_id", 0.5), ("stock_code", 0.7))
    ]
    code = lines["stock_code"].where(~(is_late & chosen[1]), "NEW" + lines["stock_code"])
    sales = lines["net_sales"] * np.where(is_late, 5, 1)
    return lines.assign(stock_code=code, net_sales=sales)[~(is_late & chosen[0])]


def verdict(build: Build, fitted: Fitted, customers: Customers, day: str) -> dict[str, Any]:
    """Return the row of rpt_model_health that the build's own SQL makes of these customers."""
    labels = fitted.model.predict(customers)
    pairs = customers.orders.tocoo()
    centroids = fitted.parameters.query("axis == 'behaviour' and parameter == 'centroid'")
    in_force = {"model_version": 1, "customer_count": fitted.customer_count, "is_in_force": True}
    tables = {
        "ml_kmeans_parameters": fitted.parameters,
        "dim_models": pd.DataFrame([in_force | {"as_of_date": pd.Timestamp(fitted.day)}]),
        "ml_fit_decision": pd.DataFrame([{"model_version": 2, "as_of_date": pd.Timestamp(day)}]),
        "fct_customer_features": customers.features,
        "fct_customer_items_keyed": pd.DataFrame(
            {"customer_key": pairs.row, "item_key": pairs.col}
        ),
        "dim_stock_codes": pd.DataFrame(
            {"item_key": range(len(customers.stock_codes)), "stock_code": customers.stock_codes}
        ),
        "ml_refit_preview": moves(fitted.model, customers, FIT_SETTINGS),
        "dim_behaviour_model": centroids,
        "ml_customer_clusters": pd.DataFrame(
            {"customer_id": customers.features["customer_id"], "behaviour_cluster_id": labels[:, 0]}
        ),
    }
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        for name in JUDGING:
            connection.execute(f"create table {name} as {compiled(build, name)}")
        [row] = connection.table("rpt_model_health").df().to_dict("records")
    return row


@pytest.fixture(params=list(DAYS))
def shop(request: pytest.FixtureRequest) -> tuple[Build, pd.DataFrame, tuple[str, ...]]:
    """Return a build, its sale lines, and the days of a fit and of what follows."""
    build: Build = request.getfixturevalue(request.param)
    with duckdb.connect(str(build.database), read_only=True) as connection:
        return build, connection.execute(LINES).df(), DAYS[request.param]


def test_a_resample_of_the_same_customers_says_keep(
    shop: tuple[Build, pd.DataFrame, tuple[str, ...]],
) -> None:
    build, lines, (day, *_) = shop
    fitted = fit(lines, day)
    customers = as_of(lines, day)
    verdicts = [
        verdict(build, fitted, resampled(customers, seed), day)["verdict"]
        for seed in range(RESAMPLES)
    ]
    assert verdicts.count("keep") >= 0.95 * RESAMPLES, verdicts
    assert "refit" not in verdicts


def test_another_shop_says_refit_within_two_months(
    shop: tuple[Build, pd.DataFrame, tuple[str, ...]],
) -> None:
    build, lines, (day, *later) = shop
    changed = other_shop(lines, day)
    fitted = fit(changed, day)
    rows = [verdict(build, fitted, as_of(changed, month), month) for month in later]
    assert "refit" in [row["verdict"] for row in rows], rows
    assert rows[-1]["advised_refit"] == "force"
    assert rows[-1]["shifted_count"] >= 1
