"""How many clusters an axis has: what each number would look like, and the rule that takes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from customer_segments.fitting.behaviour import cut_directions, fit_behaviour_space
from customer_segments.fitting.clustering import CutKMeans, Matrix, Rows
from customer_segments.fitting.customers import Customers
from customer_segments.fitting.settings import AXES, Settings
from customer_segments.fitting.taste import fit_taste_space
from customer_segments.judging.diagnostics import Fit, diagnose_axis

ALL_COUNTS: Mapping[str, Sequence[int]] = dict.fromkeys(AXES, range(2, 11))


@dataclass(frozen=True)
class CountRule:
    """Bounds of the number of clusters, both included, floors of what it must hold.

    And how that is measured: see `diagnose_axis`. Names are those of the variables.
    """

    behaviour_cluster_bounds: Sequence[int]
    taste_cluster_bounds: Sequence[int]
    cluster_stability_min: float
    cluster_jaccard_min: float
    cluster_min_share: float
    diagnostics_repeat_count: int
    diagnostics_customer_limit: int

    def bounds(self, axis: str) -> tuple[int, int]:
        """Return the smallest and the largest number of clusters of an axis."""
        bounds = {"behaviour": self.behaviour_cluster_bounds, "taste": self.taste_cluster_bounds}
        low, high = bounds[axis]
        return low, high


def choose_counts(customers: Customers, settings: Settings, rule: CountRule) -> Settings:
    """Return `settings` with a number where the number of clusters of an axis is `auto`.

    It is the number that `recommend_counts` recommends for these customers.

    Raises ValueError when there are too few customers for every number within the bounds.
    """
    asked = settings.open_axes
    if not asked:
        return settings
    within = {axis: range(rule.bounds(axis)[0], rule.bounds(axis)[1] + 1) for axis in asked}
    table = diagnose_axes(customers, settings, rule, cluster_counts=within)
    for axis in asked:
        count = choose_cluster_count(table[table["axis"] == axis], rule.bounds(axis), rule)
        settings = settings.with_count(axis, count)
    return settings


def recommend_counts(customers: Customers, settings: Settings, rule: CountRule) -> pd.DataFrame:
    """Return `diagnose_axes` and whether `choose_cluster_count` takes the number for its axis.

    Too few customers for a number within the bounds: none is recommended.
    """
    table = diagnose_axes(customers, settings, rule)
    table["is_recommended"] = False
    for axis in AXES:
        of_axis = table["axis"] == axis
        if table.loc[of_axis, "cluster_count"].between(*rule.bounds(axis)).any():
            number = choose_cluster_count(table[of_axis], rule.bounds(axis), rule)
            table.loc[of_axis & (table["cluster_count"] == number), "is_recommended"] = True
    return table


def choose_cluster_count(
    diagnostics: pd.DataFrame, bounds: tuple[int, int], rule: CountRule
) -> int:
    """Return the number of clusters that the rule takes for one axis.

    Of the numbers within the bounds, the largest whose refits agree (`stability_mean`, adjusted
    Rand index), whose every cluster comes back (`worst_cluster_jaccard`, Hennig 2007) and holds
    enough customers (`smallest_share`); when none does, the one whose refits agree most, the
    smaller of equals. `diagnostics` has one row per `cluster_count`, as `diagnose_axis` returns it.

    Raises ValueError when the customers are too few for every number within the bounds.
    """
    low, high = bounds
    within = diagnostics[diagnostics["cluster_count"].between(low, high)]
    if within.empty:
        raise ValueError(
            f"Too few customers: {low} to {high} clusters need more customers who "
            f"differ than clusters, found enough for {len(diagnostics) + 1}. Lower the cluster "
            "bounds variable, or use more invoice lines."
        )
    holds = within[
        (within["stability_mean"] >= rule.cluster_stability_min)
        & (within["worst_cluster_jaccard"] >= rule.cluster_jaccard_min)
        & (within["smallest_share"] >= rule.cluster_min_share)
    ]
    if not holds.empty:
        return int(holds["cluster_count"].max())
    best = within.sort_values(["stability_mean", "cluster_count"], ascending=[False, True])
    return int(best["cluster_count"].iloc[0])


def diagnose_axes(
    customers: Customers,
    settings: Settings,
    rule: CountRule,
    cluster_counts: Mapping[str, Sequence[int]] = ALL_COUNTS,
) -> pd.DataFrame:
    """Return `diagnose_axis` of the axes in `cluster_counts`, with the axis in the first column.

    Everything is refitted to each subsample: clips and scaler, IDF and SVD, centroids. What is said
    of a number of clusters does not depend on the other numbers.
    """

    def behaviour_places(rows: Rows) -> Matrix:
        return fit_behaviour_space(customers.features.iloc[rows], settings.behaviour)[1]

    def taste_places(rows: Rows) -> Matrix:
        part = customers.orders[rows]
        space, _ = fit_taste_space(part, customers.stock_codes, settings.taste)
        return space.transform(part, customers.stock_codes)

    def all_items(rows: Rows) -> Matrix:
        part = customers.orders[rows]
        space, _ = fit_taste_space(part, customers.stock_codes, settings.taste)
        places: Matrix = space.whole(part, customers.stock_codes)
        return places

    directions = cut_directions(sorted(settings.behaviour.features))
    spaces = {
        "behaviour": (behaviour_places, _kmeans(settings.behaviour.max_iter, directions)),
        "taste": (taste_places, _kmeans(settings.taste.max_iter)),
    }
    tables = []
    for axis, counts in cluster_counts.items():
        table = diagnose_axis(
            *spaces[axis],
            len(customers),
            cluster_counts=counts,
            repeat_count=rule.diagnostics_repeat_count,
            customer_limit=rule.diagnostics_customer_limit,
            seed=settings.seed,
            whole_space=all_items if axis == "taste" else None,
            name=f"Clusters of {axis}",
        )
        table.insert(0, "axis", axis)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _kmeans(max_iter: int, directions: Matrix | None = None) -> Fit:
    """Return the function that gives the centroids of places for a number of clusters."""
    return lambda places, count: (
        CutKMeans(count, max_iter=max_iter, directions=directions).fit(places).cluster_centers_
    )
