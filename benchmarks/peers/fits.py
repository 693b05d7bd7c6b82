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
# Stock codes that are no merchandise: seeds/stock_code_kinds.csv as one pattern.
SERVICES = (
    "^(POST|DOT|C2|C3|M|D|S|B|BANK CHARGES|AMAZONFEE|CRUK|PADS|ADJUST2?|GIFT|GIFT_0001_.*|TEST.*"
    "|SP1002)$"
)
VARIABLES = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
BEHAVIOUR_FEATURES: list[str] = VARIABLES["behaviour_features"]
IntArray = NDArray[np.integer]


def fit(
    features: pd.DataFrame,
    rows: IntArray,
    columns: IntArray,
    order_counts: NDArray[np.number],
    stock_codes: NDArray[np.object_],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit both axes as the project does; return labels of customers, and all it stores of a model.

    `features` are customer_id and the behaviour features, in the order of the ids; an order count
    stands at its row in `features` and its column in `stock_codes`, ordered by both.
    """
    asked = Settings(**{name: VARIABLES[name] for name in Settings.__dataclass_fields__})
    rule = CountRule(**{name: VARIABLES[name] for name in CountRule.__dataclass_fields__})
    gate = Gate(**{name: VARIABLES[name] for name in Gate.__dataclass_fields__})
    ends = np.bincount(rows, minlength=len(features)).cumsum()
    orders = sparse.csr_array(
        (order_counts.astype(np.float64), columns, np.concatenate([[0], ends])),
        shape=(len(features), len(stock_codes)),
    )
    customers = Customers(features, orders, stock_codes)
    settings = choose_counts(customers, asked, rule)
    model = fit_segments(customers, settings)
    stored = decide(judge_model(model, customers, settings, gate), model, settings.seed)
    labels: dict[str, object] = {"customer_id": features["customer_id"]}
    values = stored.set_index(["axis", "parameter"])["value"]
    confidence = np.ones(len(features))
    for axis, found in zip(("behaviour", "taste"), model.distances(customers), strict=True):
        nearest = np.argsort(found, axis=1, kind="stable")[:, :2]
        own, runner_up = np.take_along_axis(found, nearest, axis=1).T
        curve = Curve(
            *(values.loc[[(axis, name)]].to_numpy() for name in ("curve_margin", "curve_agreed"))
        )
        margin = (runner_up - own) / (runner_up + own)
        labels[f"{axis}_cluster_id"] = nearest[:, 0] + 1
        labels[f"{axis}_runner_up_cluster_id"] = nearest[:, 1] + 1
        labels[f"{axis}_distance"] = own
        labels[f"{axis}_runner_up_distance"] = runner_up
        labels[f"{axis}_confidence"] = curve.confidence(margin)
        confidence *= curve.confidence(margin)
    labels["confidence"] = confidence
    whole = {"component": "Int64", "cluster_id": "Int64"}
    return pd.DataFrame(labels), stored.astype(whole)
