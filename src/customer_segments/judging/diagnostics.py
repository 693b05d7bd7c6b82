"""Why this number of clusters: what each number from 2 on would look like, one axis at a time.

No single number decides; the strict gap rule says that these customers form no clusters at all.
The table shows what every choice costs and gains, and how surely it comes back.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_samples
from sklearn.metrics.pairwise import euclidean_distances

from customer_segments.fitting.clustering import Labels, Matrix, Rows, distances, nearest
from customer_segments.fitting.labels import best_jaccard, overlap
from customer_segments.judging.stability import subsample_agreement
from customer_segments.parallel import repeat_all, use_one_thread

GAP_REFERENCES = 10
STABILITY_COLUMNS = ("stability_mean", "stability_error", "stability_p10", "worst_cluster_jaccard")


class TooFewPlacesError(ValueError):
    """Customers differ too little for any number of clusters. The message says how to go on."""


PlacesOf = Callable[[Rows], Matrix]
Fit = Callable[[Matrix, int], Matrix]


def diagnose_axis(
    places_of: PlacesOf,
    fit: Fit,
    customer_count: int,
    *,
    cluster_counts: Sequence[int],
    repeat_count: int,
    customer_limit: int,
    seed: int,
    whole_space: PlacesOf | None = None,
    worker_count: int | None = None,
    name: str = "axis",
) -> pd.DataFrame:
    """Return one row per number of clusters, as _clustering.yml describes ml_cluster_diagnostics.

    `places_of` refits the axis' space to the customers at the given sorted positions and returns
    where they lie, (rows, columns); `fit` returns the centroids of such rows. Beyond
    `customer_limit` a seeded sample of so many customers stands for all: the silhouette needs all
    pairs. Where they are too few for refits to parts of them, what those say is NaN.
    `silhouette_error` is the standard error of that sampling with the clusters as they are,
    0 without it; `stability_error` that of a mean over `repeat_count` repeats. A sample comes back
    less surely than all customers would, so its stability is a lower bound.

    `whole_space` returns where the same customers lie before the space was reduced, dense or
    sparse: `silhouette_whole_space` is that of the same labels there, NaN without such a space.

    Numbers of clusters that the customers are too few for are left out; TooFewPlacesError when
    none is left. `worker_count` processes share the repeats (see `repeat_all`, also for `name`);
    the table does not depend on it.
    """
    everyone = diagnosed_rows(customer_count, customer_limit, seed)
    use_one_thread()
    places = places_of(everyone)
    place_count = len(np.unique(places, axis=0))
    counts = [count for count in cluster_counts if count < place_count]
    if not counts:
        raise TooFewPlacesError(
            f"Too few customers: {min(cluster_counts)} clusters need more customers who differ "
            f"than clusters, found {place_count} among {len(places)}. Lower the cluster bounds "
            "variable, or use more invoice lines."
        )
    labels = np.column_stack([_label(places, fit, count) for count in counts])

    def reference_inertia(repeat: int) -> Matrix:
        return _reference_inertia(places, fit, counts, seed, repeat)

    def comes_back(repeat: int) -> tuple[Matrix, list[Matrix]] | None:
        try:
            return _comes_back(places_of, fit, everyone, labels, counts, seed, repeat)
        except ValueError:  # too few customers who differ
            return None

    references = repeat_all(
        reference_inertia, GAP_REFERENCES, name=f"{name}, references", worker_count=worker_count
    )
    repeats = repeat_all(
        comes_back, repeat_count, name=f"{name}, refits", worker_count=worker_count
    )
    whole = None if whole_space is None else whole_space(everyone)
    table = _shapes(places, labels, counts, customer_count, np.array(references)).assign(
        silhouette_whole_space=np.nan if whole is None else _silhouettes(whole, labels).mean(axis=0)
    )
    measured = [repeat for repeat in repeats if repeat is not None]
    if len(measured) < 2:
        return table.assign(**dict.fromkeys(STABILITY_COLUMNS, np.nan))
    agreement = np.array([repeat[0] for repeat in measured])
    overlaps = [np.mean([repeat[1][n] for repeat in measured], axis=0) for n in range(len(counts))]
    return table.assign(
        stability_mean=agreement.mean(axis=0),
        stability_error=agreement.std(axis=0, ddof=1) / np.sqrt(len(measured)),
        stability_p10=np.quantile(agreement, 0.1, axis=0),
        worst_cluster_jaccard=[jaccard.min() for jaccard in overlaps],
    )


def diagnosed_rows(customer_count: int, customer_limit: int, seed: int) -> Rows:
    """Return the positions of all customers, sorted; beyond the limit, of a seeded sample."""
    everyone = np.arange(customer_count)
    if customer_count <= customer_limit:
        return everyone
    random = np.random.default_rng(seed)
    return np.sort(random.choice(everyone, customer_limit, replace=False))


def _label(places: Matrix, fit: Fit, cluster_count: int) -> Labels:
    return nearest(distances(places, fit(places, cluster_count)))


def _shapes(
    places: Matrix,
    labels: Labels,
    counts: Sequence[int],
    customer_count: int,
    references: Matrix,
) -> pd.DataFrame:
    """Return inertia and indices of one labeling a column: the all-pairs distances are shared.

    The gap compares with `references`, log inertia of (references, labelings).
    """
    silhouettes = _silhouettes(places, labels)
    # Of a sample without replacement, with the finite population correction (Cochran 1977).
    size = len(places)
    sampling = np.sqrt((1 - size / customer_count) / size)
    inertias = np.array([inertia(places, column) for column in labels.T])
    return pd.DataFrame(
        {
            "cluster_count": counts,
            "inertia": inertias,
            "silhouette": silhouettes.mean(axis=0),
            "silhouette_error": silhouettes.std(axis=0, ddof=1) * sampling,
            "calinski_harabasz": [calinski_harabasz_score(places, column) for column in labels.T],
            "davies_bouldin": [davies_bouldin_score(places, column) for column in labels.T],
            "gap": references.mean(axis=0) - np.log(np.where(inertias > 0, inertias, np.nan)),
            "gap_error": references.std(axis=0) * np.sqrt(1 + 1 / GAP_REFERENCES),
            "smallest_share": [
                np.bincount(column, minlength=count + 1)[1:].min() / size
                for column, count in zip(labels.T, counts, strict=True)
            ],
        }
    )


def _silhouettes(places: Matrix, labels: Labels) -> Matrix:
    """Return the silhouette of each customer in each labeling, (customers, labelings)."""
    pairs = euclidean_distances(places)
    np.fill_diagonal(pairs, 0)
    return np.column_stack(
        [silhouette_samples(pairs, column, metric="precomputed") for column in labels.T]
    )


def inertia(places: Matrix, labels: Labels) -> float:
    """Return the sum of squared distances to the mean of the own cluster."""
    return float(
        sum(
            ((places[labels == label] - places[labels == label].mean(axis=0)) ** 2).sum()
            for label in np.unique(labels)
        )
    )


def _reference_inertia(
    places: Matrix, fit: Fit, counts: Sequence[int], seed: int, repeat: int
) -> Matrix:
    """Return the log inertia, (counts,), of rows without clusters, for the gap statistic.

    Uniform in the box along the principal axes (Tibshirani, Walther & Hastie 2001).
    """
    use_one_thread()
    centre = places.mean(axis=0)
    axes = np.linalg.svd(places - centre, full_matrices=False)[2]
    turned = (places - centre) @ axes.T
    random = np.random.default_rng([seed, repeat])
    box = random.uniform(turned.min(axis=0), turned.max(axis=0), size=turned.shape) @ axes + centre
    return np.log([inertia(box, _label(box, fit, count)) for count in counts])


def _comes_back(
    places_of: PlacesOf,
    fit: Fit,
    everyone: Rows,
    labels: Labels,
    counts: Sequence[int],
    seed: int,
    repeat: int,
) -> tuple[Matrix, list[Matrix]]:
    """Return agreement of two refits, (counts,), and per count the Jaccard index of each cluster.

    The Jaccard index of a cluster is its overlap with the most similar cluster of a refit, over
    their union (Hennig 2007), the mean of the two refits.
    """
    overlaps: list[list[Matrix]] = []

    def label_subsample(rows: Rows) -> Labels:
        use_one_thread()
        places = places_of(everyone[rows])
        found = np.column_stack([_label(places, fit, count) for count in counts])
        ours = labels[rows]
        overlaps.append(
            [
                best_jaccard(overlap(ours[:, n], found[:, n], count, count))
                for n, count in enumerate(counts)
            ]
        )
        return found

    agreement = subsample_agreement(label_subsample, len(everyone), repeat, seed=seed)
    one, two = overlaps
    return agreement, [(first + second) / 2 for first, second in zip(one, two, strict=True)]
