"""What segments of a day said about the days after it, next to other ways of grouping.

Labels come from a build that sees lines before the day only; outcomes from a build of all lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from scipy import sparse

from customer_segments.backtesting import outcomes as metrics
from customer_segments.backtesting.baselines import (
    EXERCISE_FEATURES,
    exercise_labels,
    random_labels,
    tercile_labels,
)
from customer_segments.fitting.clustering import Labels, Matrix
from customer_segments.fitting.customers import item_matrix

OURS = "segments"
REPEAT_COUNT = 1000  # of the bootstrap: ends of the intervals are known to about a tenth of them
INTERVAL = (0.025, 0.975)
BLOCK_SIZE = 4_000_000  # weights held in memory at a time

CUSTOMERS = f"""
    select
        features.customer_id,
        features.country,
        cast(features.net_sales as double) as net_sales,
        segments.segment_id,
        segments.taste_name,
        rfm.rfm_segment,
        {", ".join(f"exercise.{name}" for name in EXERCISE_FEATURES)}
    from fct_customer_features as features
    inner join fct_customer_segments as segments on features.customer_id = segments.customer_id
    inner join fct_customer_rfm as rfm on features.customer_id = rfm.customer_id
    inner join fct_baseline_features as exercise on features.customer_id = exercise.customer_id
    order by features.customer_id
"""
PAST_ITEMS = "select customer_id, stock_code, order_count from fct_customer_items"
FUTURE_ITEMS = """
    select
        customer_id,
        stock_code,
        count(distinct invoice_id) as order_count,
        cast(sum(net_sales) as double) as net_sales
    from fct_sale_lines
    where net_unit_count > 0 and invoiced_at >= ?
    group by all
    order by all
"""


@dataclass(frozen=True)
class Cutoff:
    """Customers as of a day, in one order everywhere: labels and past, spend and items after it.

    `parents` has, for a design, labels of larger groups that its lists of items are drawn to; those
    of other designs are drawn to everyone's.
    """

    as_of_date: date
    labels: dict[str, Labels]
    parents: dict[str, Labels]
    past_spend: Matrix
    future_spend: Matrix
    past_items: sparse.csr_array
    future_items: sparse.csr_array
    prior_customers: float


def read_cutoff(
    past: duckdb.DuckDBPyConnection,
    outcomes: duckdb.DuckDBPyConnection,
    as_of_date: date,
    prior_customers: float,
) -> Cutoff:
    """Return the customers of warehouse `past`, built as of the day, and what they did next.

    `outcomes` is a warehouse of all lines and all customers, whatever their country became.
    `prior_customers` is how strongly lists of items are drawn to those of larger groups.
    """
    customers = past.execute(CUSTOMERS).df()
    past_items = past.execute(PAST_ITEMS).df()
    future_items = outcomes.execute(FUTURE_ITEMS, [as_of_date]).df()
    ids = customers["customer_id"].to_numpy(dtype=object)
    both = pd.concat([past_items["stock_code"], future_items["stock_code"]])
    stock_codes = np.unique(both.to_numpy(dtype=object))
    spend = future_items.groupby("customer_id")["net_sales"].sum().reindex(ids, fill_value=0.0)
    net_sales = customers["net_sales"].to_numpy(dtype=np.float64)
    ours = _numbers(customers["segment_id"])
    return Cutoff(
        as_of_date,
        {
            OURS: ours,
            "rfm": _numbers(customers["rfm_segment"]),
            "country": _numbers(customers["country"]),
            "sales terciles": tercile_labels(net_sales),
            "exercise": exercise_labels(customers),
            "random": random_labels(ours),
        },
        {OURS: _numbers(customers["taste_name"])},
        net_sales,
        spend.to_numpy(dtype=np.float64),
        item_matrix(past_items, ids, stock_codes),
        item_matrix(future_items, ids, stock_codes),
        prior_customers,
    )


def measure_cutoff(cutoff: Cutoff) -> pd.DataFrame:
    """Return one row per design and measure, with intervals.

    `low` and `high` bound 95 % of the values that a bootstrap of the customers gives (Efron 1979).
    `difference` is that of the segments less the design; its interval comes from the same draws
    for both, so what the designs have in common cancels. Null: nothing to measure, or to compare.
    """
    customer_count = len(cutoff.past_spend)
    measures = {
        (design, name): measure
        for design in cutoff.labels
        for name, measure in measures_of(cutoff, design).items()
    }
    everyone = np.ones((1, customer_count))
    value = {key: float(measure(everyone)[0]) for key, measure in measures.items()}
    parts = [
        {key: measure(weights) for key, measure in measures.items()}
        for weights in _weight_blocks(customer_count)
    ]
    drawn = {key: np.concatenate([part[key] for part in parts]) for key in measures}
    rows = []
    for design, labels in cutoff.labels.items():
        sizes = np.unique(labels, return_counts=True)[1]
        about = {
            "design": design,
            "customer_count": customer_count,
            "buyer_count": int((cutoff.future_spend > 0).sum()),
            "segment_count": len(sizes),
        }
        shares = {"smallest_share": sizes.min(), "largest_share": sizes.max()}
        rows += [
            {**about, "measure": name, "value": size / customer_count}
            for name, size in shares.items()
        ]
        for name in (name for other, name in measures if other == design):
            found = value[design, name], *_interval(drawn[design, name])
            row = {**about, "measure": name, **dict(zip(_COLUMNS[:3], found, strict=True))}
            if design != OURS:
                less = value[OURS, name] - value[design, name]
                bounds = _interval(drawn[OURS, name] - drawn[design, name])
                row |= dict(zip(_COLUMNS[3:], (less, *bounds), strict=True))
            rows.append(row)
    table = pd.DataFrame(rows)
    return table.reindex(columns=[*about, "measure", *_COLUMNS])


def measures_of(cutoff: Cutoff, design: str) -> dict[str, metrics.Measure]:
    """Return what is measured of a design, each as a function of the customers' weights."""
    labels, parents = cutoff.labels[design], cutoff.parents.get(design)
    items = cutoff.past_items, cutoff.future_items, labels
    return {
        "eta2_adj": metrics.eta2_adj_by_weights(cutoff.future_spend, labels),
        "auc": metrics.auc_by_weights(cutoff.future_spend, labels),
        "gini": metrics.gini_by_weights(cutoff.past_spend, cutoff.future_spend, labels),
        "item_bits": metrics.item_bits_by_weights(*items),
        "rec_lift": metrics.rec_lift_by_weights(*items),
        "rec_lift_shrunk": metrics.rec_lift_by_weights(
            *items, parents=parents, prior=cutoff.prior_customers
        ),
    }


_COLUMNS = ["value", "low", "high", "difference", "difference_low", "difference_high"]


def _numbers(names: "pd.Series[str]") -> Labels:
    return np.asarray(np.unique(names.to_numpy(dtype=object), return_inverse=True)[1] + 1)


def _weight_blocks(customer_count: int) -> Iterator[Matrix]:
    size = max(1, BLOCK_SIZE // customer_count)
    for start in range(0, REPEAT_COUNT, size):
        yield metrics.bootstrap_weights(
            customer_count, range(start, min(start + size, REPEAT_COUNT))
        )


def _interval(drawn: Matrix) -> tuple[float, float]:
    """Return the bounds, NaN when no draw could be measured."""
    measured = drawn[~np.isnan(drawn)]
    if len(measured) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(measured, INTERVAL)
    return float(low), float(high)
