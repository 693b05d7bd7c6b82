"""Both axes as one model: fitted to customers, kept as a tidy table, matched to the one before it.

Clusters have ids that outlive a fit: a refit gives a cluster the id of the stored cluster with
which it shares its customers, so that a segment keeps its key and its meaning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linear_sum_assignment

from customer_segments.backtesting.outcomes import Rows, overlap_of_ids
from customer_segments.fitting.behaviour import BehaviourModel, fit_behaviour
from customer_segments.fitting.clustering import Labels, Matrix, distances, nearest
from customer_segments.fitting.taste import Keys, TasteModel, fit_taste_matrix, item_matrix

# One row per parameter of a model, as the table keeps them; `feature` is a stock code on taste.
MODEL_PARAMETERS = ["clip_low", "clip_high", "mean", "scale", "idf", "loading", "centroid"]
BATCH_ROWS = 1_000_000
PARAMETER_COLUMNS = ["axis", "parameter", "feature", "component", "cluster_id", "value", "text"]


@dataclass(frozen=True)
class Customers:
    """Customers side by side: features, one row each, and orders, (customers, items)."""

    features: pd.DataFrame
    orders: sparse.csr_array
    stock_codes: Keys

    @classmethod
    def of(cls, features: pd.DataFrame, counts: pd.DataFrame) -> "Customers":
        """Return those of `features`, ordered by customer_id, with their rows of `counts`."""
        ordered = features.sort_values("customer_id", ignore_index=True)
        stock_codes = np.unique(counts["stock_code"].to_numpy(dtype=object))
        customer_ids = ordered["customer_id"].to_numpy(dtype=object)
        return cls(ordered, item_matrix(counts, customer_ids, stock_codes), stock_codes)

    @classmethod
    def read(cls, features: Any, counts: Any) -> "Customers":
        """Return the same of two relations of DuckDB, pairs in record batches: they are many."""
        pairs, stock_codes = numbered_pairs(features, counts)
        ordered = features.order("customer_id").df()
        sizes = np.zeros(len(ordered), dtype=np.int64)
        items, orders = [np.empty(0, np.int32)], [np.empty(0, np.float64)]
        for batch in pairs.order("place, item").to_arrow_reader(BATCH_ROWS):
            places, batch_items, batch_orders = (column.to_numpy() for column in batch.columns)
            sizes += np.bincount(places, minlength=len(ordered))
            items.append(batch_items)
            orders.append(batch_orders)
        matrix = sparse.csr_array(
            (np.concatenate(orders), np.concatenate(items), np.append(0, sizes.cumsum())),
            shape=(len(ordered), len(stock_codes)),
        )
        return cls(ordered, matrix, stock_codes)

    def part(self, rows: Rows) -> "Customers":
        """Return the customers at these positions."""
        return replace(self, features=self.features.iloc[rows], orders=self.orders[rows])

    def __len__(self) -> int:
        """Return the number of customers."""
        return len(self.features)


def numbered_pairs(features: Any, counts: Any) -> tuple[Any, Keys]:
    """Return place of the customer, item and order_count of each row of `counts`, and the items.

    All are relations of DuckDB, which numbers customers and items from 0: of pairs there are many,
    and their names would take ten times the memory.
    """
    number = "{0}, cast(row_number() over (order by {0}) - 1 as integer) as {1}"
    ids = features.project(number.format("customer_id", "place")).set_alias("ids")
    codes = counts.aggregate("stock_code")
    items = codes.project(number.format("stock_code", "item")).set_alias("items")
    stock_codes = items.order("item").df()["stock_code"].to_numpy(dtype=object)
    pairs = counts.join(ids, "customer_id").join(items, "stock_code")
    return pairs.project("place, item, cast(order_count as double) as order_count"), stock_codes


@dataclass(frozen=True)
class Settings:
    """What a fit depends on beside the customers: the variables of dbt_project.yml."""

    behaviour_features: Sequence[str]
    behaviour_cluster_count: int
    behaviour_clip_share: float
    taste_cluster_count: int
    taste_component_count: int
    item_min_customers: int
    kmeans_max_iter: int
    random_seed: int


@dataclass(frozen=True)
class SegmentModel:
    """Fitted axes; `behaviour_ids` and `taste_ids` are the cluster ids, one a centroid."""

    behaviour: BehaviourModel
    taste: TasteModel
    behaviour_ids: Labels
    taste_ids: Labels

    def labels(self, customers: Customers) -> Labels:
        """Return cluster ids, (customers, 2): behaviour and taste."""
        behaviour, taste = self.distances(customers)
        return np.column_stack(
            [self.behaviour_ids[nearest(behaviour) - 1], self.taste_ids[nearest(taste) - 1]]
        )

    def margins(self, customers: Customers) -> Matrix:
        """Return how much nearer the own cluster is than the runner-up, (customers, 2).

        Runner-up distance less own distance over their sum, from 0 on the border to 1.
        """
        own_first = (np.sort(found, axis=1) for found in self.distances(customers))
        return np.column_stack(
            [(near[:, 1] - near[:, 0]) / (near[:, 1] + near[:, 0]) for near in own_first]
        )

    def distances(self, customers: Customers) -> tuple[Matrix, Matrix]:
        """Return distances to behaviour and to taste centroids, each (customers, clusters)."""
        places = self.taste.matrix_positions(customers.orders, customers.stock_codes)
        return (
            self.behaviour.distances(customers.features),
            distances(places, self.taste.centroids),
        )

    def matched(
        self, stored: "SegmentModel", customers: Customers, used: tuple[int, int] = (0, 0)
    ) -> "SegmentModel":
        """Return the model with the cluster ids of `stored`, by the customers that they share.

        Ids up to `used`, of behaviour and of taste, were of clusters of an earlier model.
        """
        behaviour_ids, taste_ids = (
            _matched_ids(stored_ids, old, new_ids, new, used_id)
            for stored_ids, old, new_ids, new, used_id in zip(
                (stored.behaviour_ids, stored.taste_ids),
                stored.labels(customers).T,
                (self.behaviour_ids, self.taste_ids),
                self.labels(customers).T,
                used,
                strict=True,
            )
        )
        # In the order of their ids, as `from_table` has them: the first of equals wins a tie.
        by_behaviour, by_taste = np.argsort(behaviour_ids), np.argsort(taste_ids)
        return SegmentModel(
            replace(self.behaviour, centroids=self.behaviour.centroids[by_behaviour]),
            replace(self.taste, centroids=self.taste.centroids[by_taste]),
            behaviour_ids[by_behaviour],
            taste_ids[by_taste],
        )

    def to_table(self) -> pd.DataFrame:
        """Return one row per parameter, with the columns PARAMETER_COLUMNS."""
        behaviour = self.behaviour.to_table()
        taste = self.taste.to_table().rename(columns={"stock_code": "feature"})
        tables = []
        for table, axis, ids in (
            (behaviour, "behaviour", self.behaviour_ids),
            (taste, "taste", self.taste_ids),
        ):
            names = dict(enumerate(ids.tolist(), start=1))
            tables.append(table.assign(axis=axis, cluster_id=table["cluster_id"].map(names)))
        return pd.concat(tables, ignore_index=True).reindex(columns=PARAMETER_COLUMNS)

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> "SegmentModel":
        """Return the model that `to_table` wrote; other rows, and their order, do not matter."""
        axes = dict(list(table[table["parameter"].isin(MODEL_PARAMETERS)].groupby("axis")))
        taste = axes["taste"].rename(columns={"feature": "stock_code"})
        return cls(
            BehaviourModel.from_table(axes["behaviour"]),
            TasteModel.from_table(taste),
            _cluster_ids(axes["behaviour"]),
            _cluster_ids(taste),
        )


def fit_segments(customers: Customers, settings: Settings) -> SegmentModel:
    """Fit both axes; clusters are numbered from 1 in the order that each axis states.

    Raises ValueError when there are too few customers or items.
    """
    behaviour = fit_behaviour(
        customers.features,
        columns=list(settings.behaviour_features),
        cluster_count=settings.behaviour_cluster_count,
        clip_share=settings.behaviour_clip_share,
        step_count=settings.kmeans_max_iter,
    )
    taste = fit_taste_matrix(
        customers.orders,
        customers.stock_codes,
        cluster_count=settings.taste_cluster_count,
        component_count=settings.taste_component_count,
        item_min_customers=settings.item_min_customers,
        step_count=settings.kmeans_max_iter,
        seed=settings.random_seed,
    )
    return SegmentModel(
        behaviour,
        taste,
        np.arange(1, settings.behaviour_cluster_count + 1),
        np.arange(1, settings.taste_cluster_count + 1),
    )


def crossed(labels: Labels) -> Labels:
    """Return one number per customer for each pair of axis labels, from 1, in their order."""
    found = np.unique(labels, axis=0, return_inverse=True)[1]
    return np.asarray(found.ravel() + 1, dtype=np.int64)


def _cluster_ids(table: pd.DataFrame) -> Labels:
    """Return the ids in the order of `from_table`'s centroids."""
    ids = table.loc[table["parameter"] == "centroid", "cluster_id"].unique()
    return np.sort(ids.astype(np.int64))


def _matched_ids(
    old_ids: Labels, old: Labels, new_ids: Labels, new: Labels, used: int = 0
) -> Labels:
    """Return an id for each of `new_ids`: of the old cluster it goes on from, or one never used.

    Old and new clusters are paired one to one so that as many customers as possible keep their
    label (Kuhn 1955, the "Hungarian" assignment). A pair without a common customer is none.
    """
    together = overlap_of_ids(new_ids, new, old_ids, old)
    matched = np.zeros(len(new_ids), dtype=np.int64)
    for row, column in zip(*linear_sum_assignment(together, maximize=True), strict=True):
        if together[row, column] > 0:
            matched[row] = old_ids[column]
    is_new = matched == 0
    matched[is_new] = max(old_ids.max(), used) + 1 + np.arange(is_new.sum())
    return matched
