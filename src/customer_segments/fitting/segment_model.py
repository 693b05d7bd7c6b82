"""Both axes as one model: fitted to customers, kept as a tidy table, matched to the one before it.

Clusters have ids that outlive a fit: a refit gives a cluster the id of the stored cluster with
which it shares its customers, so that a segment keeps its key and its meaning.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from customer_segments.fitting.behaviour import (
    BehaviourModel,
    cut_directions,
    fit_behaviour_space,
)
from customer_segments.fitting.clustering import (
    AnchoredKMeans,
    Convergence,
    Labels,
    Matrix,
    nearest,
)
from customer_segments.fitting.customers import Customers, Keys
from customer_segments.fitting.labels import match_ids
from customer_segments.fitting.settings import BehaviourSettings, Settings, TasteSettings, Units
from customer_segments.fitting.taste import TasteModel, fit_taste_space

# One row per parameter of a model, as the table keeps them; `feature` is a stock code on taste.
MODEL_PARAMETERS = ["clip_low", "clip_high", "mean", "scale", "idf", "loading", "centroid"]
# The cluster id of the taste of all, where there is one only: segments are behaviours.
NO_TASTE = 0
TINY = np.finfo(np.float64).tiny
PARAMETER_COLUMNS = ["axis", "parameter", "feature", "component", "cluster_id", "value", "text"]


@dataclass(frozen=True)
class SegmentModel:
    """Fitted axes; `behaviour_ids` and `taste_ids` are the cluster ids, one a centroid.

    `convergence` is that of both axes' KMeans, None of a model that was stored.
    """

    behaviour: BehaviourModel
    taste: TasteModel
    behaviour_ids: Labels
    taste_ids: Labels
    convergence: tuple[Convergence, Convergence] | None = None

    @classmethod
    def of(
        cls,
        behaviour: BehaviourModel,
        taste: TasteModel,
        convergence: tuple[Convergence, Convergence] | None = None,
    ) -> "SegmentModel":
        """Return the model of two fitted axes, clusters numbered from 1 in the order they have.

        A single taste is none: its id is NO_TASTE.
        """
        taste_count = len(taste.centroids)
        return cls(
            behaviour,
            taste,
            np.arange(1, len(behaviour.centroids) + 1),
            np.arange(1, taste_count + 1) if taste_count > 1 else np.array([NO_TASTE]),
            convergence,
        )

    def predict(self, customers: Customers) -> Labels:
        """Return cluster ids, (customers, 2): behaviour and taste."""
        behaviour, taste = self.distances(customers)
        return np.column_stack(
            [self.behaviour_ids[nearest(behaviour) - 1], self.taste_ids[nearest(taste) - 1]]
        )

    def margins(self, customers: Customers) -> Matrix:
        """Return how much nearer the own cluster is than the runner-up, (customers, 2).

        Runner-up distance less own distance over their sum, from 0 on the border to 1, and 1 where
        there is no runner-up. Who lies on both centroids is on the border.
        """
        own_first = (np.sort(found, axis=1) for found in self.distances(customers))
        return np.column_stack(
            [
                (near[:, 1] - near[:, 0]) / np.maximum(near[:, 1] + near[:, 0], TINY)
                if near.shape[1] > 1
                else np.ones(len(near))
                for near in own_first
            ]
        )

    def transform(self, customers: Customers) -> tuple[Matrix, Matrix]:
        """Return the places of customers in the spaces of both axes, each (customers, columns)."""
        return (
            self.behaviour.transform(customers.features),
            self.taste.transform(customers.orders, customers.stock_codes),
        )

    def distances(self, customers: Customers) -> tuple[Matrix, Matrix]:
        """Return distances to behaviour and to taste centroids, each (customers, clusters)."""
        return (
            self.behaviour.distances(customers.features),
            self.taste.distances(customers.orders, customers.stock_codes),
        )

    def matched(
        self, before: "SegmentModel", customers: Customers, used: tuple[int, int] = (0, 0)
    ) -> "SegmentModel":
        """Return the model with the cluster ids of `before`, by the customers that they share.

        Ids up to `used`, of behaviour and of taste, were of clusters of an earlier model. Tastes go
        on from no taste as little as no taste from them.
        """
        (old_behaviour, old_taste), (behaviour, taste) = (
            model.predict(customers).T for model in (before, self)
        )
        behaviour_ids = match_ids(
            before.behaviour_ids, old_behaviour, self.behaviour_ids, behaviour, used[0]
        )
        taste_ids = self.taste_ids
        if NO_TASTE in before.taste_ids:
            taste_ids = np.where(taste_ids == NO_TASTE, NO_TASTE, taste_ids + used[1])
        elif NO_TASTE not in taste_ids:
            taste_ids = match_ids(before.taste_ids, old_taste, taste_ids, taste, used[1])
        # In the order of their ids, as `from_table` has them: the first of equals wins a tie.
        by_behaviour, by_taste = np.argsort(behaviour_ids), np.argsort(taste_ids)
        return SegmentModel(
            replace(self.behaviour, centroids=self.behaviour.centroids[by_behaviour]),
            replace(self.taste, centroids=self.taste.centroids[by_taste]),
            behaviour_ids[by_behaviour],
            taste_ids[by_taste],
            self.convergence,
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
    def from_table(cls, table: pd.DataFrame, units: Units) -> "SegmentModel":
        """Return the model that `to_table` wrote; other rows, and their order, do not matter.

        The table does not say what behaviour features are counted in: `units` does.
        """
        axes = dict(list(table[table["parameter"].isin(MODEL_PARAMETERS)].groupby("axis")))
        taste = axes["taste"].rename(columns={"feature": "stock_code"})
        return cls(
            BehaviourModel.from_table(axes["behaviour"], units),
            TasteModel.from_table(taste),
            _cluster_ids(axes["behaviour"]),
            _cluster_ids(taste),
        )


def fit_segments(customers: Customers, settings: Settings) -> SegmentModel:
    """Fit both axes: each makes places of customers in a space of its own, and KMeans runs there.

    Clusters are numbered from 1 in the order that each axis states.

    Raises ValueError when there are too few customers or items.
    """
    behaviour, behaviour_kmeans = fit_behaviour(customers.features, settings.behaviour)
    taste, taste_kmeans = fit_taste(customers.orders, customers.stock_codes, settings.taste)
    return SegmentModel.of(
        behaviour, taste, (behaviour_kmeans.convergence, taste_kmeans.convergence)
    )


def fit_behaviour(
    features: pd.DataFrame, settings: BehaviourSettings
) -> tuple[BehaviourModel, AnchoredKMeans]:
    """Fit the behaviour axis to one row per customer; return it and its KMeans."""
    space, places = fit_behaviour_space(features, settings)
    kmeans = AnchoredKMeans(
        settings.cluster_count,
        prior=settings.prior,
        max_iter=settings.max_iter,
        directions=cut_directions(space.features),
    ).fit(places)
    return BehaviourModel.of(space, kmeans.cluster_centers_), kmeans


def fit_taste(
    orders: sparse.csr_array, stock_codes: Keys, settings: TasteSettings
) -> tuple[TasteModel, AnchoredKMeans]:
    """Fit the taste axis to orders, (customers, items); return it and its KMeans."""
    space, places = fit_taste_space(orders, stock_codes, settings)
    kmeans = AnchoredKMeans(
        settings.cluster_count, prior=settings.prior, max_iter=settings.max_iter
    ).fit(places)
    return TasteModel.of(space, kmeans.cluster_centers_, places), kmeans


def _cluster_ids(table: pd.DataFrame) -> Labels:
    """Return the ids in the order of `from_table`'s centroids."""
    ids = table.loc[table["parameter"] == "centroid", "cluster_id"].unique()
    return np.sort(ids.astype(np.int64))
