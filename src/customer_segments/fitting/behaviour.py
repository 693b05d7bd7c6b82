"""The behaviour axis: what customers spend, how often and how recently they buy.

Features are brought to scale, clipped at fitted quantiles and z-scored. KMeans starts from
customers who spend more and less than the average, and of each part those who bought recently and
those who did not. Scaling and clipping keep the few very large accounts from making a cluster of
their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from customer_segments.fitting.clustering import Labels, Matrix, distances, fit_centroids


@dataclass(frozen=True)
class BehaviourModel:
    """Fitted parameters. Vectors have one value a feature, `centroids` is (clusters, features)."""

    features: tuple[str, ...]
    clip_low: Matrix
    clip_high: Matrix
    mean: Matrix
    scale: Matrix
    centroids: Matrix

    def positions(self, features: pd.DataFrame) -> Matrix:
        """Return where each row lies, (rows, features), in z-score units."""
        scaled = np.clip(_scaled(features, self.features), self.clip_low, self.clip_high)
        return (scaled - self.mean) / self.scale

    def features_at(self, positions: Matrix) -> pd.DataFrame:
        """Return the features of customers who would lie at `positions`, within the clips."""
        scaled = np.clip(positions * self.scale + self.mean, self.clip_low, self.clip_high)
        values = np.where(_is_days(self.features), scaled**2, np.expm1(scaled))
        return pd.DataFrame(values, columns=list(self.features))

    def distances(self, features: pd.DataFrame) -> Matrix:
        """Return distances of each row to each centroid, (rows, clusters), in z-score units."""
        return distances(self.positions(features), self.centroids)

    def to_table(self) -> pd.DataFrame:
        """Return one row per parameter: parameter, feature, cluster_id (null but for centroids)."""
        rows: list[tuple[str, str, int | None, float]] = [
            (name, feature, None, float(value))
            for name in ("clip_low", "clip_high", "mean", "scale")
            for feature, value in zip(self.features, getattr(self, name), strict=True)
        ]
        rows += [
            ("centroid", feature, cluster, float(value))
            for cluster, centroid in enumerate(self.centroids, start=1)
            for feature, value in zip(self.features, centroid, strict=True)
        ]
        table = pd.DataFrame(rows, columns=["parameter", "feature", "cluster_id", "value"])
        return table.astype({"cluster_id": "Int64"})

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> "BehaviourModel":
        """Return the model that `to_table` wrote; the order of its rows does not matter."""
        scalars = table[table["parameter"] != "centroid"].pivot(
            index="feature", columns="parameter", values="value"
        )
        centroids = table[table["parameter"] == "centroid"].pivot(
            index="cluster_id", columns="feature", values="value"
        )
        features = tuple(sorted(scalars.index))
        vectors = {
            name: scalars.loc[list(features), name].to_numpy(dtype=np.float64)
            for name in ("clip_low", "clip_high", "mean", "scale")
        }
        matrix = centroids.sort_index()[list(features)].to_numpy(dtype=np.float64)
        return cls(features=features, centroids=matrix, **vectors)


def fit_behaviour(
    features: pd.DataFrame,
    *,
    columns: list[str],
    cluster_count: int,
    clip_share: float,
    step_count: int,
) -> BehaviourModel:
    """Fit the behaviour axis to one row per customer, ordered by customer.

    `columns` are numbers of 0 or more. `clip_share` of the customers is clipped at each end.
    What a customer is worth is the mean z-score of all columns but recency, so more should be
    better in each. KMeans starts from cuts by worth, then by recency (see `initial_centroids`).
    Clusters are ordered by centroid: most net sales first, then most orders.

    Raises ValueError when there are fewer customers that differ than clusters.
    """
    names = tuple(sorted(columns))
    scaled = _scaled(features, names)
    if len(scaled) == 0:
        raise ValueError(
            "No customers to cluster: no identified customer in scope has a sale before the as-of "
            "date. Check the variables customer_scope, home_country and as_of."
        )
    low, high = np.quantile(scaled, [clip_share, 1 - clip_share], axis=0)
    clipped = np.clip(scaled, low, high)
    mean = clipped.mean(axis=0)
    deviation = clipped.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)  # a constant feature separates nobody
    centroids = fit_centroids(
        (clipped - mean) / scale, cluster_count, step_count, cut_directions(names)
    )
    order = order_of_centroids(centroids, names)
    return BehaviourModel(names, low, high, mean, scale, centroids[order])


def order_of_centroids(centroids: Matrix, features: Sequence[str]) -> Labels:
    """Return the order in which clusters are numbered: most net sales first, then most orders."""
    sort_keys = [-centroids[:, features.index(name)] for name in _ORDER if name in features]
    return np.lexsort(sort_keys[::-1]) if sort_keys else np.arange(len(centroids))


def cut_directions(features: Sequence[str]) -> Matrix:
    """Return what customers are cut by, (directions, features): worth, then recency."""
    is_recency = np.array([name == "recency_days" for name in features])
    return np.array([side / np.sqrt(side.sum()) for side in (~is_recency, is_recency) if any(side)])


_ORDER = ("net_sales", "order_count")


def _scaled(features: pd.DataFrame, columns: tuple[str, ...]) -> Matrix:
    """Return columns of days as square roots, (rows, columns), counts and money as log1p.

    Money and counts have a long tail; days have not, they end with the data. The log of recency
    sets customers of yesterday and of last week as far apart as those of two and of nine months.
    """
    unknown = sorted(set(columns) - set(features.columns))
    if unknown:
        raise ValueError(
            f"Variable behaviour_features names {', '.join(unknown)}. Expected columns of "
            f"fct_customer_features: {', '.join(sorted(features.columns))}."
        )
    values = features[list(columns)].to_numpy(dtype=np.float64)
    if not (values >= 0).all():
        raise ValueError(
            f"A behaviour feature is missing or below 0 for some customers. Expected numbers of 0 "
            f"or more in {', '.join(columns)}: see the variable behaviour_features."
        )
    scaled: Matrix = np.where(_is_days(columns), np.sqrt(values), np.log1p(values))
    return scaled


def _is_days(columns: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([name.endswith("_days") for name in columns])
