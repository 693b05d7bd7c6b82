"""KMeans as the project uses it: exact, seeded, one thread, labels in a fixed order."""

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

Matrix = NDArray[np.float64]
Labels = NDArray[np.int64]


def fit_centroids(rows: Matrix, cluster_count: int, start_count: int, seed: int) -> Matrix:
    """Return the centroids, (cluster_count, columns), of exact Lloyd KMeans over `rows`.

    The best of `start_count` k-means++ starts by inertia is kept. One thread, so that sums are
    added in one order and the same rows give the same bytes.

    Raises ValueError when there are fewer distinct rows than clusters.
    """
    distinct = len(np.unique(rows, axis=0))
    if distinct < cluster_count:
        raise ValueError(
            f"Too few customers: {cluster_count} clusters need at least that many customers who "
            f"differ, found {distinct} (of {len(rows)}). Lower the cluster count variable, or use "
            "more invoice lines."
        )
    with threadpool_limits(limits=1):
        model = KMeans(n_clusters=cluster_count, n_init=start_count, random_state=seed).fit(rows)
    return np.asarray(model.cluster_centers_, dtype=np.float64)


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
