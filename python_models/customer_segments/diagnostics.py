"""Why this number of clusters: what each number from 2 on would look like, one axis at a time.

No single number decides; the strict gap rule says that these customers form no clusters at all.
The table shows what every choice costs and gains, and how surely it comes back.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from sklearn.metrics.pairwise import euclidean_distances

from customer_segments.clustering import Labels, Matrix, distances, nearest
from customer_segments.metrics import Rows, best_jaccard, overlap, subsample_agreement
from customer_segments.one_thread import use_one_thread

GAP_REFERENCES = 10

Positions = Callable[[Rows], Matrix]
Fit = Callable[[Matrix, int], Matrix]


def diagnose_axis(
    positions: Positions,
    fit: Fit,
    customer_count: int,
    *,
    cluster_counts: Sequence[int],
    repeat_count: int,
    customer_limit: int,
    seed: int,
) -> pd.DataFrame:
    """Return one row per number of clusters, with the columns of the table in `ml_cluster_...yml`.

    `positions` refits the axis' space to the customers at the given sorted positions and returns
    where they lie, (rows, columns); `fit` returns the centroids of such rows. Beyond
    `customer_limit` a seeded sample of so many customers stands for all: the silhouette needs all
    pairs, and a sample of 2,000 shows it within about 0.01.

    Numbers of clusters that the customers are too few for are left out.
    """
    random = np.random.default_rng(seed)
    everyone = np.arange(customer_count)
    if customer_count > customer_limit:
        everyone = np.sort(random.choice(everyone, customer_limit, replace=False))
    places = positions(everyone)
    counts = [count for count in cluster_counts if count < len(np.unique(places, axis=0))]
    use_one_thread()
    labels = np.column_stack([_label(places, fit, count) for count in counts])
    rows = _shapes(places, labels, fit, counts, random)
    stability, jaccard = _comes_back(positions, fit, everyone, labels, counts, repeat_count)
    return rows.assign(
        stability_mean=stability.mean(axis=0),
        stability_p10=np.quantile(stability, 0.1, axis=0),
        worst_cluster_jaccard=jaccard,
    )


def _label(places: Matrix, fit: Fit, cluster_count: int) -> Labels:
    return nearest(distances(places, fit(places, cluster_count)))


def _shapes(
    places: Matrix,
    labels: Labels,
    fit: Fit,
    counts: Sequence[int],
    random: np.random.Generator,
) -> pd.DataFrame:
    """Return inertia and indices of one labeling a column: the all-pairs distances are shared."""
    pairs = euclidean_distances(places)
    np.fill_diagonal(pairs, 0)
    gap, gap_error = _gap(places, labels, fit, counts, random)
    return pd.DataFrame(
        {
            "cluster_count": counts,
            "inertia": [_inertia(places, column) for column in labels.T],
            "silhouette": [
                silhouette_score(pairs, column, metric="precomputed") for column in labels.T
            ],
            "calinski_harabasz": [calinski_harabasz_score(places, column) for column in labels.T],
            "davies_bouldin": [davies_bouldin_score(places, column) for column in labels.T],
            "gap": gap,
            "gap_error": gap_error,
            "smallest_share": [np.bincount(column)[1:].min() / len(places) for column in labels.T],
        }
    )


def _inertia(places: Matrix, labels: Labels) -> float:
    """Return the sum of squared distances to the mean of the own cluster."""
    return float(
        sum(
            ((places[labels == label] - places[labels == label].mean(axis=0)) ** 2).sum()
            for label in np.unique(labels)
        )
    )


def _gap(
    places: Matrix,
    labels: Labels,
    fit: Fit,
    counts: Sequence[int],
    random: np.random.Generator,
) -> tuple[Matrix, Matrix]:
    """Return the gap statistic and its standard error, one value a count.

    References are uniform in the box along the principal axes (Tibshirani, Walther & Hastie 2001).
    """
    centre = places.mean(axis=0)
    axes = np.linalg.svd(places - centre, full_matrices=False)[2]
    turned = (places - centre) @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    observed = np.log([_inertia(places, column) for column in labels.T])
    references = np.empty((GAP_REFERENCES, len(counts)))
    for row in references:
        box = random.uniform(low, high, size=turned.shape) @ axes + centre
        row[:] = [np.log(_inertia(box, _label(box, fit, count))) for count in counts]
    error = references.std(axis=0) * np.sqrt(1 + 1 / GAP_REFERENCES)
    return references.mean(axis=0) - observed, error


def _comes_back(
    positions: Positions,
    fit: Fit,
    everyone: Rows,
    labels: Labels,
    counts: Sequence[int],
    repeat_count: int,
) -> tuple[Matrix, Matrix]:
    """Return agreement of refits, (repeats, counts), and the worst cluster's Jaccard, (counts,).

    The Jaccard index of a cluster is its overlap with the most similar cluster of a refit, over
    their union (Hennig 2007); below about 0.6 a cluster dissolves when customers come and go.
    """
    overlaps: list[list[Matrix]] = [[] for _ in counts]

    def label_subsample(rows: Rows) -> Labels:
        places = positions(everyone[rows])
        found = np.column_stack([_label(places, fit, count) for count in counts])
        for number, count in enumerate(counts):
            together = overlap(labels[rows, number], found[:, number], count, count)
            overlaps[number].append(best_jaccard(together))
        return found

    stability = np.array(
        [subsample_agreement(label_subsample, len(everyone), n) for n in range(repeat_count)]
    )
    worst = np.array([np.mean(overlap, axis=0).min() for overlap in overlaps])
    return stability, worst
