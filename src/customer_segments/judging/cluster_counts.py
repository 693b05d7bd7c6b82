"""How many clusters an axis has: what each number would look like, and the rule that takes one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from customer_segments.fitting.behaviour import cut_directions, fit_behaviour_space
from customer_segments.fitting.clustering import AnchoredKMeans, Matrix, Rows
from customer_segments.fitting.customers import Customers
from customer_segments.fitting.settings import AXES, BehaviourSettings, Settings, TasteSettings
from customer_segments.fitting.taste import fit_taste_space
from customer_segments.judging.diagnostics import (
    PlacesOf,
    TooFewPlacesError,
    diagnose_axis,
    diagnosed_rows,
)
from customer_segments.judging.plain_kmeans import measure_plain
from customer_segments.judging.stability import PLAIN_EVERY

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
    behaviour_min_share: float
    taste_min_relative_size: float
    taste_stability_min: float
    diagnostics_repeat_count: int
    diagnostics_customer_limit: int

    def bounds(self, axis: str) -> tuple[int, int]:
        """Return the smallest and the largest number of clusters of an axis."""
        bounds = {"behaviour": self.behaviour_cluster_bounds, "taste": self.taste_cluster_bounds}
        low, high = bounds[axis]
        return low, high

    def are_large_enough(self, axis: str, diagnostics: pd.DataFrame) -> "pd.Series[bool]":
        """Tell of each number of clusters whether the smallest holds enough of the customers.

        Behaviours are held at their starts, so any number of them comes back: only a share of all
        customers bounds it. Tastes are not, so that each needs part of an equal share.
        """
        smallest = diagnostics["smallest_share"]
        if axis == "behaviour":
            return smallest >= self.behaviour_min_share
        return smallest * diagnostics["cluster_count"] >= self.taste_min_relative_size


def choose_counts(customers: Customers, settings: Settings, rule: CountRule) -> Settings:
    """Return `settings` with a number where the number of clusters of an axis is `auto`.

    It is the number that `recommend_counts` recommends for these customers. Customers who all buy
    alike have no tastes: 1.

    Raises ValueError when there are too few customers for every number within the bounds.
    """
    for axis in settings.open_axes:
        low, high = rule.bounds(axis)
        counts = {axis: range(low, high + 1)}
        try:
            table = diagnose_axes(customers, settings, rule, cluster_counts=counts)
            count = choose_cluster_count(table, axis, rule)
        except TooFewPlacesError:
            if axis != "taste":
                raise
            count = 1
        settings = settings.with_count(axis, count)
    return settings


def recommend_counts(customers: Customers, settings: Settings, rule: CountRule) -> pd.DataFrame:
    """Return `diagnose_axes` and whether `choose_cluster_count` takes the number for its axis.

    And plain KMeans beside it (`measure_plain`): `inertia_ratio` is the inertia over that of plain.
    Too few customers for a number within the bounds, or no taste: none is recommended.
    """
    table = diagnose_axes(customers, settings, rule)
    table["is_recommended"] = False
    table = table.merge(_plain(customers, settings, rule, table), on=["axis", "cluster_count"])
    plain = table.pop("plain_inertia")  # 0 where all customers lie in as many places as clusters
    table["inertia_ratio"] = table["inertia"] / plain.where(plain > 0)
    for axis in AXES:
        of_axis = table["axis"] == axis
        if table.loc[of_axis, "cluster_count"].between(*rule.bounds(axis)).any():
            number = choose_cluster_count(table[of_axis], axis, rule)
            table.loc[of_axis & (table["cluster_count"] == number), "is_recommended"] = True
    return table


def choose_cluster_count(diagnostics: pd.DataFrame, axis: str, rule: CountRule) -> int:
    """Return the number of clusters that the rule takes for one axis.

    Of the numbers within the bounds, the largest whose refits agree (`stability_mean`, adjusted
    Rand index), whose every cluster comes back (`worst_cluster_jaccard`, Hennig 2007) and holds
    enough customers (`smallest_share`, see `are_large_enough`); when none does, the one whose
    refits agree most, the smaller of equals. Tastes that even so agree by less than
    `taste_stability_min`, or of customers too few for refits, are none: 1. `diagnostics` has one
    row per `cluster_count`, as `diagnose_axis` returns it.

    Raises ValueError when the customers are too few for every number within the bounds.
    """
    low, high = rule.bounds(axis)
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
        & rule.are_large_enough(axis, within)
    ]
    if not holds.empty:
        return int(holds["cluster_count"].max())
    ranked = within.sort_values(["stability_mean", "cluster_count"], ascending=[False, True])
    best = ranked.iloc[0]
    if axis == "taste" and not best["stability_mean"] >= rule.taste_stability_min:
        return 1
    return int(best["cluster_count"])


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
    places_of = axis_places(customers, settings)
    directions = cut_directions(sorted(settings.behaviour.features))

    def behaviour_centroids(places: Matrix, count: int) -> Matrix:
        return _centroids(places, settings.with_count("behaviour", count).behaviour, directions)

    def taste_centroids(places: Matrix, count: int) -> Matrix:
        return _centroids(places, settings.with_count("taste", count).taste)

    centroids_of = {"behaviour": behaviour_centroids, "taste": taste_centroids}
    tables = []
    for axis, counts in cluster_counts.items():
        table = diagnose_axis(
            places_of[axis],
            centroids_of[axis],
            len(customers),
            cluster_counts=counts,
            repeat_count=rule.diagnostics_repeat_count,
            customer_limit=rule.diagnostics_customer_limit,
            seed=settings.seed,
            whole_space=item_places(customers, settings) if axis == "taste" else None,
            name=f"Clusters of {axis}",
        )
        table.insert(0, "axis", axis)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _plain(
    customers: Customers, settings: Settings, rule: CountRule, diagnostics: pd.DataFrame
) -> pd.DataFrame:
    """Return `measure_plain` of each number of clusters in the diagnostics of each axis."""
    rows = diagnosed_rows(len(customers), rule.diagnostics_customer_limit, settings.seed)
    tables = [
        measure_plain(
            places_of,
            rows,
            cluster_counts=diagnostics.loc[diagnostics["axis"] == axis, "cluster_count"].tolist(),
            repeat_count=max(2, rule.diagnostics_repeat_count // PLAIN_EVERY),
            seed=settings.seed,
            name=f"Clusters of {axis}",
        ).assign(axis=axis)
        for axis, places_of in axis_places(customers, settings).items()
    ]
    return pd.concat(tables, ignore_index=True)


def axis_places(customers: Customers, settings: Settings) -> dict[str, PlacesOf]:
    """Return a function for each axis: its space is fitted to customers, and where these lie."""

    def behaviour_places(rows: Rows) -> Matrix:
        return fit_behaviour_space(customers.features.iloc[rows], settings.behaviour)[1]

    def taste_places(rows: Rows) -> Matrix:
        part = customers.orders[rows]
        space, _ = fit_taste_space(part, customers.stock_codes, settings.taste)
        return space.transform(part, customers.stock_codes)

    return {"behaviour": behaviour_places, "taste": taste_places}


def item_places(customers: Customers, settings: Settings) -> PlacesOf:
    """Return a function as those of `axis_places`: where customers lie before the SVD."""

    def places(rows: Rows) -> Matrix:
        part = customers.orders[rows]
        space, _ = fit_taste_space(part, customers.stock_codes, settings.taste)
        found: Matrix = space.whole(part, customers.stock_codes)
        return found

    return places


def _centroids(
    places: Matrix, settings: BehaviourSettings | TasteSettings, directions: Matrix | None = None
) -> Matrix:
    """Return what a fit with these settings makes of places."""
    kmeans = AnchoredKMeans(
        settings.cluster_count,
        prior=settings.prior,
        max_iter=settings.max_iter,
        directions=directions,
    )
    return kmeans.fit(places).cluster_centers_
