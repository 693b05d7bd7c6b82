"""Plain KMeans beside the anchored fit: what holding clusters at their starts costs and gains.

The best of many random starts is the tightest partition there is, or nearly. Where one of some
number of clusters lies clearly apart, and the anchored ones do not, customers form groups that the
starts hide (docs/decisions/04-clustering.md).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_score

from customer_segments.fitting.clustering import Labels, Matrix, Rows, plain_labels
from customer_segments.judging.diagnostics import PlacesOf, inertia
from customer_segments.judging.stability import REFIT_STARTS, subsample_agreement
from customer_segments.parallel import repeat_all

STARTS = 25
# Numbers of clusters that groups are looked for by.
GROUP_COUNTS = range(2, 7)
# A silhouette needs all pairs: beyond so many customers a seeded sample stands for all, with a
# standard error of less than a hundredth.
SILHOUETTE_CUSTOMERS = 2000


def measure_plain(
    places_of: PlacesOf,
    rows: Rows,
    *,
    cluster_counts: Sequence[int],
    repeat_count: int,
    seed: int,
    name: str,
) -> pd.DataFrame:
    """Return one row per number of clusters: what KMeans from random starts makes of customers.

    `places_of` refits the axis' space to customers, as of `diagnose_axis`; `rows` are their
    positions. `plain_inertia` is in units of the space, squared; `plain_stability` the mean
    adjusted Rand index of refits to two 80 % subsamples, those of `measure_stability`, NaN for
    customers too few.
    """
    places = places_of(rows)

    def comes_back(repeat: int) -> Matrix | None:
        def label_subsample(part: Rows) -> Labels:
            refitted = places_of(rows[part])
            return np.column_stack(
                [plain_labels(refitted, count, seed, REFIT_STARTS) for count in cluster_counts]
            )

        try:
            return subsample_agreement(label_subsample, len(rows), repeat)
        except ValueError:  # too few customers who differ
            return None

    repeats = repeat_all(comes_back, repeat_count, name=f"{name}, plain KMeans")
    measured = [repeat for repeat in repeats if repeat is not None]
    return pd.DataFrame([plain_tightness(places, count, seed) for count in cluster_counts]).assign(
        cluster_count=cluster_counts,
        plain_stability=np.mean(measured, axis=0) if measured else np.nan,
    )


def plain_tightness(places: Matrix, cluster_count: int, seed: int) -> dict[str, float]:
    """Return `plain_inertia`, in units of the space, squared, and `plain_silhouette`, -1 to 1."""
    labels = plain_labels(places, cluster_count, seed, STARTS)
    return {
        "plain_inertia": inertia(places, labels),
        "plain_silhouette": silhouette(places, labels),
    }


def clearest_groups(places: Matrix, seed: int) -> tuple[int, float]:
    """Return the number of clusters, of GROUP_COUNTS, with the largest silhouette, and that one.

    NaN where customers lie in too few places for any.
    """
    found = {
        count: silhouette(places, plain_labels(places, count, seed, STARTS))
        for count in GROUP_COUNTS
        if count < len(np.unique(places, axis=0))
    }
    return max(found.items(), key=lambda item: item[1], default=(0, float("nan")))


def silhouette(places: Matrix, labels: Labels) -> float:
    """Return the mean silhouette, -1 to 1; NaN where there is one label, or one a row."""
    if len(labels) > SILHOUETTE_CUSTOMERS:
        chosen = np.random.default_rng(0).choice(len(labels), SILHOUETTE_CUSTOMERS, replace=False)
        places, labels = places[chosen], labels[chosen]
    if not 1 < len(np.unique(labels)) < len(labels):
        return float("nan")
    return float(silhouette_score(places, labels))
