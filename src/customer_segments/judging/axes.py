"""Both axes side by side, for what is asked of each of them in the same way."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from customer_segments.backtesting.outcomes import Rows
from customer_segments.fitting.behaviour import cut_directions, fit_behaviour
from customer_segments.fitting.clustering import Matrix, fit_centroids
from customer_segments.fitting.segment_model import Customers
from customer_segments.fitting.taste import fit_taste_matrix
from customer_segments.judging.cluster_counts import CountRule, choose_cluster_count
from customer_segments.judging.diagnostics import Positions, diagnose_axis

ALL_COUNTS = {"behaviour": range(2, 11), "taste": range(2, 11)}
AUTO = "auto"


def recommend_counts(
    customers: Customers,
    *,
    behaviour_bounds: Sequence[int],
    taste_bounds: Sequence[int],
    stability_min: float,
    jaccard_min: float,
    share_min: float,
    **settings: Any,
) -> pd.DataFrame:
    """Return `diagnose_axes` and whether `choose_cluster_count` takes the number for its axis.

    Bounds are the smallest and the largest number, `settings` are those of `diagnose_axes`. Too
    few customers for a number within the bounds: none is recommended.
    """
    table = diagnose_axes(customers, **settings)
    table["is_recommended"] = False
    for axis, (low, high) in (("behaviour", behaviour_bounds), ("taste", taste_bounds)):
        of_axis = table["axis"] == axis
        if table.loc[of_axis, "cluster_count"].between(low, high).any():
            rule = CountRule(low, high, stability_min, jaccard_min, share_min)
            number = choose_cluster_count(table[of_axis], rule)
            table.loc[of_axis & (table["cluster_count"] == number), "is_recommended"] = True
    return table


def choose_counts(
    customers: Customers,
    settings: Mapping[str, Any],
    *,
    behaviour_bounds: Sequence[int],
    taste_bounds: Sequence[int],
    stability_min: float,
    jaccard_min: float,
    share_min: float,
    repeat_count: int,
    customer_limit: int,
) -> dict[str, Any]:
    """Return `settings`, those of `segment_model.Settings`, with a number where one is `auto`.

    It is the number that `recommend_counts` recommends for these customers.

    Raises ValueError when there are too few customers for every number within the bounds.
    """
    bounds = {"behaviour": behaviour_bounds, "taste": taste_bounds}
    asked = [axis for axis in bounds if settings[f"{axis}_cluster_count"] == AUTO]
    if not asked:
        return dict(settings)
    table = diagnose_axes(
        customers,
        columns=settings["behaviour_features"],
        clip_share=settings["behaviour_clip_share"],
        component_count=settings["taste_component_count"],
        item_min_customers=settings["item_min_customers"],
        step_count=settings["kmeans_max_iter"],
        repeat_count=repeat_count,
        customer_limit=customer_limit,
        seed=settings["random_seed"],
        cluster_counts={axis: range(bounds[axis][0], bounds[axis][1] + 1) for axis in asked},
    )
    chosen = dict(settings)
    for axis in asked:
        low, high = bounds[axis]
        rule = CountRule(low, high, stability_min, jaccard_min, share_min)
        chosen[f"{axis}_cluster_count"] = choose_cluster_count(table[table["axis"] == axis], rule)
    return chosen


def diagnose_axes(
    customers: Customers,
    *,
    columns: list[str],
    clip_share: float,
    component_count: int,
    item_min_customers: int,
    step_count: int,
    repeat_count: int,
    customer_limit: int,
    seed: int,
    cluster_counts: Mapping[str, Sequence[int]] = ALL_COUNTS,
    worker_count: int | None = None,
) -> pd.DataFrame:
    """Return `diagnose_axis` of the axes in `cluster_counts`, with the axis in the first column.

    Everything is refitted to each subsample: clips and scaler, IDF and SVD, centroids. What is said
    of a number of clusters does not depend on the other numbers.
    """
    names = sorted(columns)

    def behaviour_positions(rows: Rows) -> Matrix:
        part = customers.features.iloc[rows]
        model = fit_behaviour(
            part, columns=names, cluster_count=2, clip_share=clip_share, step_count=0
        )
        return model.positions(part)

    def taste_positions(rows: Rows) -> Matrix:
        part = customers.orders[rows]
        model = fit_taste_matrix(
            part,
            customers.stock_codes,
            cluster_count=2,
            component_count=component_count,
            item_min_customers=item_min_customers,
            step_count=0,
            seed=seed,
        )
        return model.matrix_positions(part, customers.stock_codes)

    def diagnose(axis: str, positions: Positions, directions: Matrix | None) -> pd.DataFrame:
        table = diagnose_axis(
            positions,
            lambda places, count: fit_centroids(places, count, step_count, directions),
            len(customers),
            cluster_counts=cluster_counts[axis],
            repeat_count=repeat_count,
            customer_limit=customer_limit,
            seed=seed,
            worker_count=worker_count,
            name=f"Clusters of {axis}",
        )
        table.insert(0, "axis", axis)
        return table

    spaces = {
        "behaviour": (behaviour_positions, cut_directions(names)),
        "taste": (taste_positions, None),
    }
    return pd.concat([diagnose(axis, *spaces[axis]) for axis in cluster_counts], ignore_index=True)
