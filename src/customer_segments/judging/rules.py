"""Rules that people can check by hand, which put customers where the model would.

Nearest centroids make oblique borders between a customer's worth and recency. Worth (net sales x
orders), days since the last order, and worth per such day follow these borders closely: each of
them is a straight line in logs. A shallow decision tree over the three draws boxes.
"""

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier
from sklearn.tree._tree import Tree

from customer_segments.fitting.behaviour import BehaviourModel
from customer_segments.fitting.clustering import Matrix, distances, nearest

Box = tuple[int, dict[str, float]]

# Worth is the product of those that the model clusters.
WORTH_FEATURES = ("net_sales", "order_count")
QUANTITIES = ("worth", "recency_days", "worth_per_day")
BOUNDS = [f"{quantity}_{side}" for quantity in QUANTITIES for side in ("above", "up_to")]
LEAVES_PER_CLUSTER = 2.5  # fewer are less faithful, more are long to read
SMALLEST_GAIN = 0.006  # in impurity: a cut that adds less is left out
DRAWN_COUNT = 20_000
# In z-scores: how far around the centroids, and how far orders and sales go up and down together.
DRAWN_SCATTER = 0.9
DRAWN_CORRELATION = 0.8


def behaviour_rules(parameters: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return boxes that tell the clusters of a behaviour model apart, one row per box.

    `parameters` has the rows of dim_behaviour_model. A box has a cluster_id, a box_number (from 1
    within its cluster), and for each quantity the value that customers are above and the one that
    they reach at most, null where there is none. Every customer is in exactly one box.

    The tree is fitted to places drawn around the centroids and labelled by the model: no customer
    shapes the rules, and they change only when the model does. Bounds have two digits.
    """
    model = BehaviourModel.from_table(parameters)
    cluster_ids = np.sort(parameters["cluster_id"].dropna().unique()).astype(np.int64)
    drawn = _draw(model, np.random.default_rng(seed))
    labels = nearest(distances(model.positions(drawn), model.centroids))
    leaf_count = int(LEAVES_PER_CLUSTER * len(cluster_ids))
    fitted = DecisionTreeClassifier(
        max_leaf_nodes=leaf_count, ccp_alpha=SMALLEST_GAIN, random_state=seed
    )
    tree = fitted.fit(quantities(drawn), labels).tree_
    rows = [
        {"cluster_id": cluster_ids[fitted.classes_[label] - 1]} | bounds
        for label, bounds in _boxes(tree, 0, {})
        if not _is_empty(bounds)
    ]
    boxes = pd.DataFrame(rows, columns=["cluster_id", *BOUNDS]).astype(dict.fromkeys(BOUNDS, float))
    boxes = boxes.sort_values("cluster_id", kind="stable", ignore_index=True)
    boxes.insert(1, "box_number", boxes.groupby("cluster_id").cumcount() + 1)
    return boxes


def quantities(features: pd.DataFrame) -> Matrix:
    """Return worth, days since the last order, and worth per such day, (rows, quantities)."""
    known = [name for name in WORTH_FEATURES if name in features]
    worth = features[known].to_numpy(dtype=np.float64).prod(axis=1)
    days = features["recency_days"].to_numpy(dtype=np.float64)
    return np.column_stack([worth, days, worth / days])


def _draw(model: BehaviourModel, random: np.random.Generator) -> pd.DataFrame:
    """Return features of customers that there could be around each centroid."""
    names = model.features
    centroids = model.centroids[random.integers(len(model.centroids), size=DRAWN_COUNT)]
    scatter = random.normal(size=centroids.shape)
    is_worth = np.isin(names, WORTH_FEATURES)
    shared = random.normal(size=(DRAWN_COUNT, 1))
    scatter[:, is_worth] = (
        np.sqrt(1 - DRAWN_CORRELATION) * scatter[:, is_worth] + np.sqrt(DRAWN_CORRELATION) * shared
    )
    drawn = model.features_at(centroids + DRAWN_SCATTER * scatter)
    for name in names:
        if name.endswith(("_count", "_days")):
            drawn[name] = drawn[name].round()
    drawn["recency_days"] = drawn["recency_days"].clip(lower=1)
    return drawn


def _boxes(tree: Tree, node: int, bounds: dict[str, float]) -> list[Box]:
    """Return the label and the bounds of each leaf below a node; two of one label are one."""
    if tree.children_left[node] == -1:
        return [(int(tree.value[node, 0].argmax()), bounds)]
    quantity = QUANTITIES[tree.feature[node]]
    bound = _two_digits(float(tree.threshold[node]))
    below = _boxes(tree, tree.children_left[node], bounds | {f"{quantity}_up_to": bound})
    above = _boxes(tree, tree.children_right[node], bounds | {f"{quantity}_above": bound})
    labels = {label for label, _ in (*below, *above)}
    return [(labels.pop(), bounds)] if len(labels) == 1 else [*below, *above]


def _is_empty(bounds: dict[str, float]) -> bool:
    """Tell whether rounding has left nothing between two bounds."""
    return any(
        bounds.get(f"{quantity}_above", -np.inf) >= bounds.get(f"{quantity}_up_to", np.inf)
        for quantity in QUANTITIES
    )


def _two_digits(value: float) -> float:
    """Return the whole number of two digits, zeros behind them, that is nearest to a bound."""
    return float(f"{value:.1e}") if value >= 10 else float(max(round(value), 1))
