"""Both axes as one model: fitted to customers, kept as a tidy table, matched to the one before it.

Clusters have ids that outlive a fit: a refit gives a cluster the id of the stored cluster with
which it shares its customers, so that a segment keeps its key and its meaning.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from customer_segments.fitting.behaviour import (
    BehaviourModel,
    cut_directions,
    fit_behaviour_space,
)
from customer_segments.fitting.clustering import CutKMeans, Labels, Matrix, nearest
from customer_segments.fitting.customers import Customers
from customer_segments.fitting.labels import match_ids
from customer_segments.fitting.settings import Settings, Units
from customer_segments.fitting.taste import TasteModel, fit_taste_space

# One row per parameter of a model, as the table keeps them; `feature` is a stock code on taste.
MODEL_PARAMETERS = ["clip_low", "clip_high", "mean", "scale", "idf", "loading", "centroid"]
PARAMETER_COLUMNS = ["axis", "parameter", "feature", "component", "cluster_id", "value", "text"]


@dataclass(frozen=True)
class SegmentModel:
    """Fitted axes; `behaviour_ids` and `taste_ids` are the cluster ids, one a centroid."""

    behaviour: BehaviourModel
    taste: TasteModel
    behaviour_ids: Labels
    taste_ids: Labels

    @classmethod
    def of(cls, behaviour: BehaviourModel, taste: TasteModel) -> "SegmentModel":
        """Return the model of two fitted axes, clusters numbered from 1 in the order they have."""
        counts = len(behaviour.centroids), len(taste.centroids)
        return cls(behaviour, taste, *(np.arange(1, count + 1) for count in counts))

    def predict(self, customers: Customers) -> Labels:
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
        return (
            self.behaviour.distances(customers.features),
            self.taste.distances(customers.orders, customers.stock_codes),
        )

    def matched(
        self, before: "SegmentModel", customers: Customers, used: tuple[int, int] = (0, 0)
    ) -> "SegmentModel":
        """Return the model with the cluster ids of `before`, by the customers that they share.

        Ids up to `used`, of behaviour and of taste, were of clusters of an earlier model.
        """
        behaviour_ids, taste_ids = (
            match_ids(old_ids, old, new_ids, new, used_id)
            for old_ids, old, new_ids, new, used_id in zip(
                (before.behaviour_ids, before.taste_ids),
                before.predict(customers).T,
                (self.behaviour_ids, self.taste_ids),
                self.predict(customers).T,
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
    space, places = fit_behaviour_space(customers.features, settings.behaviour)
    kmeans = CutKMeans(
        settings.behaviour.cluster_count,
        max_iter=settings.behaviour.max_iter,
        directions=cut_directions(space.features),
    )
    behaviour = BehaviourModel.of(space, kmeans.fit(places).cluster_centers_)

    taste_space, places = fit_taste_space(customers.orders, customers.stock_codes, settings.taste)
    kmeans = CutKMeans(settings.taste.cluster_count, max_iter=settings.taste.max_iter)
    taste = TasteModel.of(taste_space, kmeans.fit(places).cluster_centers_, places)
    return SegmentModel.of(behaviour, taste)


def _cluster_ids(table: pd.DataFrame) -> Labels:
    """Return the ids in the order of `from_table`'s centroids."""
    ids = table.loc[table["parameter"] == "centroid", "cluster_id"].unique()
    return np.sort(ids.astype(np.int64))
