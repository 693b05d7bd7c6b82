"""What every way but the exercise's shares: the project's fits, handed arrays."""

from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray
from scipy import sparse

from customer_segments.fitting.customers import Customers
from customer_segments.fitting.segment_model import fit_segments
from customer_segments.fitting.settings import Settings
from customer_segments.judging.cluster_counts import CountRule, choose_counts
from customer_segments.judging.confidence import Curve
from customer_segments.judging.gate import Gate, decide, judge_model

PROJECT = Path(__file__).resolve().parents[2]
VARIABLES = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
BEHAVIOUR_FEATURES: list[str] = VARIABLES["behaviour_features"]
IntArray = NDArray[np.integer]


def fit(
    features: pd.DataFrame,
    customer_keys: IntArray,
    item_keys: IntArray,
    order_counts: NDArray[np.number],
    stock_codes: NDArray[np.object_],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit both axes as the project does; return labels of customers, and all it stores of a model.

    `features` are customer_id and the behaviour features, in the order of the ids; keys, of each
    pair of a customer and an item, have the order of the ids and of `stock_codes`.
    """
    asked = Settings(**{name: VARIABLES[name] for name in Settings.__dataclass_fields__})
    rule = CountRule(**{name: VARIABLES[name] for name in CountRule.__dataclass_fields__})
    gate = Gate(**{name: VARIABLES[name] for name in Gate.__dataclass_fields__})
    orders = sparse.csr_array(
        (order_counts.astype(np.float64), (places(customer_keys), places(item_keys))),
        shape=(len(features), len(stock_codes)),
    )
    orders.sort_indices()  # one order of the sums, whatever the order of the pairs
    customers = Customers(features, orders, stock_codes)
    settings = choose_counts(customers, asked, rule)
    model = fit_segments(customers, settings)
    stored = decide(judge_model(model, customers, settings, gate), model, settings.seed)
    labels: dict[str, object] = {"customer_id": features["customer_id"]}
    values = stored.set_index(["axis", "parameter"])["value"]
    clusters, confidence = [], np.ones(len(features))
    for axis, found in zip(("behaviour", "taste"), model.distances(customers), strict=True):
        nearest = np.argsort(found, axis=1, kind="stable")[:, :2]
        own, runner_up = np.take_along_axis(found, nearest, axis=1).T
        curve = Curve(
            *(values.loc[[(axis, name)]].to_numpy() for name in ("curve_margin", "curve_agreed"))
        )
        clusters.append(pd.Series(nearest[:, 0] + 1).astype(str))
        labels[f"{axis}_distance"] = own
        labels[f"{axis}_runner_up_distance"] = runner_up
        sure = curve.confidence((runner_up - own) / (runner_up + own))
        labels[f"{axis}_confidence"] = sure
        confidence *= sure
    labels["segment_id"] = "B" + clusters[0] + "T" + clusters[1]
    labels["confidence"] = confidence
    whole = {"component": "Int64", "cluster_id": "Int64"}
    return pd.DataFrame(labels), stored.astype(whole)


def places(keys: IntArray) -> IntArray:
    """Return keys numbered from 0 without gaps, in their order."""
    is_used = np.zeros(int(keys.max()) + 1, dtype=bool)
    is_used[keys] = True
    return (is_used.cumsum(dtype=np.int32) - 1)[keys]
