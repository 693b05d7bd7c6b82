"""KMeans that comes back: started by cutting customers in two at the mean, held by its starts.

Customers of a shop are a continuum without gaps, so many partitions are nearly as good as the
best one. KMeans from random starts takes now one and now another of them as a few customers come or
go. A cut at the mean along a direction has one solution and moves little, so the starts are made by
cuts; and each start counts as a share of the customers, so that what KMeans converges to is the
partition near them. docs/clustering_study.md compares.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from customer_segments.fitting.settings import too_few_customers
from customer_segments.parallel import use_one_thread

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]
Rows = NDArray[np.int64]

# Rows that memory does not hold are gone over at most so often, ...
PASS_LIMIT = 30
# ... or until no centroid moves further: by less than a ten-thousandth of the spread of customers.
SETTLED = 1e-4


@dataclass(frozen=True)
class Convergence:
    """How many steps of Lloyd a run of KMeans took, and whether the last one changed nothing."""

    step_count: int
    is_converged: bool


class AnchoredKMeans(KMeans):  # type: ignore[misc]
    """scikit-learn's KMeans from the centroids that `initial_centroids` makes, which hold it back.

    Of n rows x in k clusters it minimises, as a MAP estimate with a prior at each start,

        sum |x - c(x)|^2 + prior * n / k * sum |a - c(a)|^2

    where a are the k starts and c() is the nearest centroid: each start counts as so many rows.
    Seeded KMeans (Basu, Banerjee & Mooney 2002) with seeds of that weight; `prior` 0 is plain
    KMeans from these starts.

    At most `max_iter` steps; 0 keeps the starts as `cluster_centers_`. One thread, so that sums are
    added in one order and the same rows give the same bytes.
    """

    cluster_centers_: Matrix
    labels_: NDArray[np.int32]
    n_iter_: int

    def __init__(
        self,
        n_clusters: int,
        *,
        prior: float = 1.0,
        max_iter: int = 300,
        directions: Matrix | None = None,
    ) -> None:
        """Take the number of clusters, weight of the starts, steps, and what rows are cut along."""
        super().__init__(n_clusters, n_init=1, max_iter=max_iter, tol=0)
        self.prior = prior
        self.directions = directions

    def fit(
        self, rows: Matrix, y: None = None, sample_weight: Matrix | None = None
    ) -> "AnchoredKMeans":
        """Fit the centroids, (clusters, columns), to `rows`; weights do not move the starts.

        Raises ValueError when there are fewer distinct rows than clusters.
        """
        self.init = initial_centroids(rows, self.n_clusters, self.directions)
        if self.max_iter == 0:
            self.cluster_centers_, self.n_iter_ = self.init, 0
            return self
        weights = np.ones(len(rows)) if sample_weight is None else sample_weight
        anchors = np.full(self.n_clusters, self.prior * weights.sum() / self.n_clusters)
        with warnings.catch_warnings():
            # Where many customers are exact copies, a cluster may lose all of its own. Shares and
            # stability judge what was fitted; a warning for each refit adds nothing.
            warnings.simplefilter("ignore", ConvergenceWarning)
            super().fit(np.vstack([rows, self.init]), y, np.append(weights, anchors))
        self.labels_ = self.labels_[: len(rows)]
        return self

    @property
    def convergence(self) -> Convergence:
        """Return how the fit ended; a step that changes no label is the last."""
        return Convergence(int(self.n_iter_), self.n_iter_ < self.max_iter)


def moved_centroids(
    centroids: Matrix, sizes: Matrix, sums: Matrix, anchors: Matrix, prior: float
) -> Matrix:
    """Return `centroids`, (clusters, columns), after a step of `AnchoredKMeans`.

    For rows that come by in parts: `sizes`, (clusters,), and `sums`, (clusters, columns), are of
    the rows nearest to each centroid; `anchors` are the starts. A cluster without any row stays.
    """
    owners = nearest(distances(anchors, centroids)) - 1
    weight = prior * sizes.sum() / len(anchors)
    sizes = sizes + weight * np.bincount(owners, minlength=len(centroids))
    sums = sums.copy()
    np.add.at(sums, owners, weight * anchors)
    return np.where(sizes[:, None] > 0, sums / np.where(sizes > 0, sizes, 1)[:, None], centroids)


def have_settled(before: Matrix, after: Matrix) -> bool:
    """Tell whether a pass over rows that come by in parts moved no centroid that matters."""
    return bool(np.abs(after - before).max() <= SETTLED)


def plain_labels(places: Matrix, cluster_count: int, seed: int, start_count: int) -> Labels:
    """Return labels from 1, (rows,), of the best of so many seeded starts (k-means++)."""
    use_one_thread()
    kmeans = KMeans(cluster_count, n_init=start_count, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct places than clusters
        return np.asarray(kmeans.fit_predict(places), dtype=np.int64) + 1


def initial_centroids(rows: Matrix, n_clusters: int, directions: Matrix | None = None) -> Matrix:
    """Return the centroids, (n_clusters, columns), of groups of `rows` made by cuts.

    The first cut divides all rows along the first of the `directions`, (directions, columns), at
    the mean; the next ones divide the parts along the second, and so on, then again along the
    first, as in a k-d tree (Bentley 1975). Without directions each group is cut along its own
    principal direction (Boley 1998). Groups of fewer cuts come first, then those that scatter
    more along their direction. Nothing is random.

    Raises ValueError when there are fewer distinct rows than clusters.
    """
    use_one_thread()
    groups = [_Group(rows, 0, directions)]
    while len(groups) < n_clusters:
        groups.sort(key=lambda group: (not group.is_divisible, group.depth, -group.scatter))
        if not groups[0].is_divisible:
            raise too_few_customers(n_clusters, len(groups), len(rows))
        groups = [*groups[0].halves(), *groups[1:]]
    return np.array([group.rows.mean(axis=0) for group in groups])


class _Group:
    """Rows, the number of cuts that made them, and where the next cut goes."""

    def __init__(self, rows: Matrix, depth: int, directions: Matrix | None) -> None:
        self.rows, self.depth, self.directions = rows, depth, directions
        centred = rows - rows.mean(axis=0)
        self.is_divisible, self.scatter = False, 0.0
        for direction in self._candidates(centred):
            place = centred @ direction
            self.is_upper = place > 0
            if 0 < self.is_upper.sum() < len(rows):
                self.is_divisible, self.scatter = True, float((place**2).sum())
                break

    def halves(self) -> tuple["_Group", "_Group"]:
        """Return the group's rows on either side of the cut."""
        lower, upper = (
            _Group(self.rows[side], self.depth + 1, self.directions)
            for side in (~self.is_upper, self.is_upper)
        )
        return lower, upper

    def _candidates(self, centred: Matrix) -> Iterator[Matrix]:
        """Yield the direction whose turn it is, those after it for rows that are equal on it."""
        if self.directions is not None:
            turn = self.depth % len(self.directions)
            yield from (*self.directions[turn:], *self.directions[:turn])
        yield np.linalg.eigh(centred.T @ centred)[1][:, -1]


def distances(rows: Matrix, centroids: Matrix) -> Matrix:
    """Return Euclidean distances, (rows, clusters). Summed column by column, so order is fixed."""
    squared = np.zeros((len(rows), len(centroids)))
    for column in range(rows.shape[1]):
        squared += (rows[:, [column]] - centroids[:, column]) ** 2
    return np.sqrt(squared)


def nearest(distance: Matrix) -> Labels:
    """Return the label, 1 for the first centroid, of the nearest; the first of equals wins."""
    labels: Labels = np.argmin(distance, axis=1).astype(np.int64) + 1
    return labels
