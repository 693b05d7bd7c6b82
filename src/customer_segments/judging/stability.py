"""Whether labels come back: everything refitted to part of the customers, again and again."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from customer_segments.fitting.clustering import Labels, Matrix, Rows, plain_labels
from customer_segments.fitting.customers import Customers
from customer_segments.fitting.labels import best_jaccard, crossed, match_labels, overlap
from customer_segments.fitting.segment_model import SegmentModel, fit_segments
from customer_segments.fitting.settings import Settings

LABELINGS = ("behaviour", "taste", "segment")
# Of plain KMeans, each refit: more than these hardly ever find a better one.
REFIT_STARTS = 10
# That takes longer than all else, and is there to look at: every so many repeats has it.
PLAIN_EVERY = 4


@dataclass(frozen=True)
class Stability:
    """Agreement of refits to subsamples, (repeats, 3) for LABELINGS, and Jaccard by cluster.

    `agreed` is the share of all refits, two a repeat, that give a customer the model's label,
    (customers, 3), and `margins` is how far these customers are from the border, (customers, 2).
    `plain_agreement` is that of plain KMeans in the same spaces, for every fourth repeat, (repeats,
    2). No rows where the customers are too few for a refit to four fifths of them.
    """

    agreement: Matrix
    plain_agreement: Matrix
    jaccard: tuple[Matrix, Matrix, Matrix]
    agreed: Matrix
    margins: Matrix


def measure_stability(
    customers: Customers,
    model: SegmentModel,
    settings: Settings,
    *,
    repeat_count: int,
    customer_limit: int,
) -> Stability:
    """Return how surely the labels come back when everything is refitted to part of the customers.

    Each repeat draws two independent 80 % subsamples (`subsample_agreement`); Jaccard compares the
    clusters of each with those of the model. Beyond `customer_limit` customers a seeded sample
    stands for all: fewer customers are less stable, so it errs low.
    """
    customers = at_most(customers, customer_limit, settings.seed)
    reference = _three(model.predict(customers))

    def one_repeat(repeat: int) -> tuple[Matrix, list[list[Matrix]], Matrix] | None:
        found: list[list[Matrix]] = []
        agreed = np.zeros((len(customers), len(LABELINGS)))

        def label_subsample(rows: Rows) -> Labels:
            part = customers.part(rows)
            model = fit_segments(part, settings)
            refit = model.predict(customers)
            agreed[:] += _agrees(reference, refit)
            labels = _three(refit[rows])
            found.append(
                [
                    best_jaccard(overlap(ours, theirs, reference[:, n].max(), theirs.max()))
                    for n, (ours, theirs) in enumerate(
                        zip(reference[rows].T, labels.T, strict=True)
                    )
                ]
            )
            if repeat % PLAIN_EVERY:
                return labels
            return np.column_stack([labels, *_plain(model, part, settings.seed)])

        try:
            return subsample_agreement(label_subsample, len(customers), repeat), found, agreed
        except ValueError:  # too few customers who differ
            return None

    # One after the other: the steps of a repeat are short and hold Python's lock, so that threads
    # make it twice as dear.
    repeats = map(one_repeat, range(repeat_count))
    measured = [repeat for repeat in repeats if repeat is not None]
    if not measured:
        none = np.empty(0)
        three, two = np.empty((0, len(LABELINGS))), np.empty((0, 2))
        return Stability(three, two, (none, none, none), three, two)
    jaccard = [part for _, parts, _ in measured for part in parts]
    behaviour, taste, segment = (
        np.mean([part[n] for part in jaccard], axis=0) for n in range(len(LABELINGS))
    )
    agreement = [np.split(found, [len(LABELINGS)]) for found, _, _ in measured]
    return Stability(
        np.array([ours for ours, _ in agreement]),
        np.array([plain for _, plain in agreement if len(plain)]).reshape(-1, 2),
        (behaviour, taste, segment),
        np.sum([agreed for _, _, agreed in measured], axis=0) / len(jaccard),
        model.margins(customers),
    )


def subsample_agreement(
    label_subsample: Callable[[Rows], Labels],
    customer_count: int,
    repeat: int,
    *,
    share: float = 0.8,
    seed: int = 0,
) -> Matrix:
    """Return the agreement of refits to two subsamples, (labelings,): 1 is the same, 0 is chance.

    `label_subsample` gets the sorted positions of the customers of a subsample, refits everything
    to them alone, and returns their labels: (rows,), or (rows, labelings) for several at once.
    It depends on `seed` and `repeat` alone, so repeats may run in any order and process.

    Ben-Hur, Elisseeff & Guyon (2002), with the adjusted Rand index of Hubert & Arabie (1985).
    """
    random = np.random.default_rng([seed, repeat])
    size = round(share * customer_count)
    one, two = (np.sort(random.choice(customer_count, size, replace=False)) for _ in range(2))
    labels_one, labels_two = (
        np.asarray(label_subsample(rows)).reshape(size, -1) for rows in (one, two)
    )
    _, in_one, in_two = np.intersect1d(one, two, assume_unique=True, return_indices=True)
    return np.array(
        [
            adjusted_rand_score(first, second)
            for first, second in zip(labels_one[in_one].T, labels_two[in_two].T, strict=True)
        ]
    )


def at_most(customers: Customers, limit: int, seed: int) -> Customers:
    """Return the customers; beyond the limit, a seeded sample of so many."""
    if len(customers) <= limit:
        return customers
    random = np.random.default_rng(seed)
    return customers.part(np.sort(random.choice(len(customers), limit, replace=False)))


def _plain(model: SegmentModel, customers: Customers, seed: int) -> list[Labels]:
    """Return labels of plain KMeans in the space of each axis, with as many clusters."""
    counts = len(model.behaviour.centroids), len(model.taste.centroids)
    return [
        plain_labels(places, count, seed, REFIT_STARTS)
        for places, count in zip(model.transform(customers), counts, strict=True)
    ]


def _agrees(reference: Labels, refit: Labels) -> NDArray[np.bool_]:
    """Return whether a refit gives the labels of `reference` again, (customers, 3).

    Clusters of a refit go by other numbers, so they are first matched to those of the reference.
    """
    axes = np.column_stack(
        [
            match_labels(ours, theirs) == ours
            for ours, theirs in zip(reference.T[:2], refit.T, strict=True)
        ]
    )
    return np.column_stack([axes, axes.all(axis=1)])


def _three(labels: Labels) -> Labels:
    """Return behaviour, taste and crossed labels, each from 1 without gaps, (customers, 3)."""
    axes = [np.unique(column, return_inverse=True)[1] + 1 for column in labels.T]
    return np.column_stack([*axes, crossed(labels)])
