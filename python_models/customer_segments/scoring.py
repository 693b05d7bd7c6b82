"""Label customers with stored models of both axes."""

import numpy as np
import pandas as pd

from customer_segments.behaviour import BehaviourModel
from customer_segments.clustering import Labels, Matrix
from customer_segments.taste import TasteModel


def score_customers(
    features: pd.DataFrame,
    counts: pd.DataFrame,
    behaviour_model: BehaviourModel,
    taste_model: TasteModel,
) -> pd.DataFrame:
    """Return one row per row of `features`: labels and distances on both axes.

    `counts` has customer_id, stock_code, order_count. For each axis the result has the nearest
    cluster and the runner-up, each with its distance; `known_item_count` is the number of the
    customer's items that the taste model knows.
    """
    customer_ids = features["customer_id"].to_numpy(dtype=object)
    known = counts[counts["stock_code"].isin(taste_model.stock_codes)]
    known_items = known.groupby("customer_id").size().reindex(customer_ids, fill_value=0)
    return pd.DataFrame(
        {
            "customer_id": customer_ids,
            **_two_nearest("behaviour", behaviour_model.distances(features)),
            **_two_nearest("taste", taste_model.distances(known, customer_ids)),
            "known_item_count": known_items.to_numpy(dtype=np.int64),
        }
    )


def _two_nearest(axis: str, distance: Matrix) -> dict[str, Matrix | Labels]:
    order = np.argsort(distance, axis=1, kind="stable")[:, :2]
    nearest_two = np.take_along_axis(distance, order, axis=1)
    return {
        f"{axis}_cluster_id": order[:, 0] + 1,
        f"{axis}_runner_up_cluster_id": order[:, 1] + 1,
        f"{axis}_distance": nearest_two[:, 0],
        f"{axis}_runner_up_distance": nearest_two[:, 1],
    }
