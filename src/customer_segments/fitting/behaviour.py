"""The behaviour axis: what customers spend, how often and how recently they buy.

Features are brought to scale, clipped at fitted quantiles and z-scored. KMeans starts from
customers who spend more and less than the average, and of each part those who bought recently and
those who did not. Scaling and clipping keep the few very large accounts from making a cluster of
their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from customer_segments.fitting.clustering import Matrix, distances
from customer_segments.fitting.settings import (
    BehaviourSettings,
    Units,
    no_customers,
    unit_of,
    unknown_features,
    unusable_features,
)

VECTORS = ("clip_low", "clip_high", "mean", "scale")


@dataclass(frozen=True)
class BehaviourSpace:
    """How features become z-scores: one value a feature each.

    `units` say what a feature is counted in, which decides its scale: days as square roots, all
    else as log1p. Money and counts have a long tail; days have not, they end with the data. The
    log of recency sets customers of yesterday and of last week as far apart as those of two and
    of nine months.
    """

    features: tuple[str, ...]
    units: tuple[str, ...]
    clip_low: Matrix
    clip_high: Matrix
    mean: Matrix
    scale: Matrix

    def transform(self, features: pd.DataFrame) -> Matrix:
        """Return where each row lies, (rows, features), in z-score units."""
        scaled = _scaled(features, self.features, self.units)
        return (np.clip(scaled, self.clip_low, self.clip_high) - self.mean) / self.scale

    def inverse_transform(self, places: Matrix) -> pd.DataFrame:
        """Return the features of customers who would lie at `places`, within the clips."""
        scaled = np.clip(places * self.scale + self.mean, self.clip_low, self.clip_high)
        values = np.where(_are_days(self.units), scaled**2, np.expm1(scaled))
        return pd.DataFrame(values, columns=list(self.features))


@dataclass(frozen=True)
class BehaviourModel(BehaviourSpace):
    """Fitted parameters of the axis; `centroids` is (clusters, features)."""

    centroids: Matrix

    @classmethod
    def of(cls, space: BehaviourSpace, centroids: Matrix) -> "BehaviourModel":
        """Return the model of a space and of what KMeans found in it, clusters in order."""
        return cls(**vars(space), centroids=centroids).in_order()

    def in_order(self) -> "BehaviourModel":
        """Return the model with its clusters in order: most net sales first, then most orders."""
        keys = [
            -self.centroids[:, self.features.index(name)]
            for name in ("order_count", "net_sales")  # the last key sorts first
            if name in self.features
        ]
        return replace(self, centroids=self.centroids[np.lexsort(keys)]) if keys else self

    def distances(self, features: pd.DataFrame) -> Matrix:
        """Return distances of each row to each centroid, (rows, clusters), in z-score units."""
        return distances(self.transform(features), self.centroids)

    def to_table(self) -> pd.DataFrame:
        """Return one row per parameter: parameter, feature, cluster_id (null but for centroids)."""
        rows: list[tuple[str, str, int | None, float]] = [
            (name, feature, None, float(value))
            for name in VECTORS
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
    def from_table(cls, table: pd.DataFrame, units: Units) -> "BehaviourModel":
        """Return the model that `to_table` wrote; the order of its rows does not matter.

        The table does not say what features are counted in: `units` does.
        """
        scalars = table[table["parameter"] != "centroid"].pivot(
            index="feature", columns="parameter", values="value"
        )
        centroids = table[table["parameter"] == "centroid"].pivot(
            index="cluster_id", columns="feature", values="value"
        )
        features = tuple(sorted(scalars.index))
        vectors = {
            name: scalars.loc[list(features), name].to_numpy(dtype=np.float64) for name in VECTORS
        }
        matrix = centroids.sort_index()[list(features)].to_numpy(dtype=np.float64)
        return cls(features, units_of(features, units), **vectors, centroids=matrix)


def fit_behaviour_space(
    features: pd.DataFrame, settings: BehaviourSettings
) -> tuple[BehaviourSpace, Matrix]:
    """Fit scaler and clips to one row per customer; return them and where the customers lie.

    Features are numbers of 0 or more, in the order of their names; `clip_share` of the customers
    is clipped at each end. Places are (customers, features), in z-scores.

    Raises ValueError without customers, and for features that are no such columns.
    """
    names = tuple(sorted(settings.features))
    units = units_of(names, settings.units)
    scaled = _scaled(features, names, units)
    if len(scaled) == 0:
        raise no_customers()
    low, high = np.quantile(scaled, [settings.clip_share, 1 - settings.clip_share], axis=0)
    clipped = np.clip(scaled, low, high)
    mean = clipped.mean(axis=0)
    deviation = clipped.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)  # a constant feature separates nobody
    return BehaviourSpace(names, units, low, high, mean, scale), (clipped - mean) / scale


def units_of(features: Sequence[str], units: Units) -> tuple[str, ...]:
    """Return what each feature is counted in."""
    return tuple(unit_of(name, units) for name in features)


def cut_directions(features: Sequence[str]) -> Matrix:
    """Return what customers are cut by, (directions, features): worth, then recency.

    What a customer is worth is the mean z-score of all features but recency, so more should be
    better in each.
    """
    is_recency = np.array([name == "recency_days" for name in features])
    return np.array([side / np.sqrt(side.sum()) for side in (~is_recency, is_recency) if any(side)])


def _scaled(features: pd.DataFrame, names: Sequence[str], units: Sequence[str]) -> Matrix:
    """Return the named columns on their scales, (rows, names)."""
    unknown = set(names) - set(features.columns)
    if unknown:
        raise unknown_features(unknown, features.columns)
    values = features[list(names)].to_numpy(dtype=np.float64)
    if not (values >= 0).all():
        raise unusable_features(names)
    scaled: Matrix = np.where(_are_days(units), np.sqrt(values), np.log1p(values))
    return scaled


def _are_days(units: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([unit == "days" for unit in units])
