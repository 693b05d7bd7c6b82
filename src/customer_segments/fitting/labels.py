"""Labels side by side: who two labelings have in common, and which label goes on from which.

Labels are whole numbers from 1, one a customer, customers in the same order in every argument.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

from customer_segments.fitting.clustering import Labels, Matrix


def match_labels(reference: ArrayLike, labels: ArrayLike) -> Labels:
    """Return `labels` renamed to agree with `reference` for as many customers as possible.

    One to one (Kuhn 1955, the "Hungarian" assignment). Both are from 1; labels left over, when
    there are more of them than in `reference`, get the numbers that follow.
    """
    old, new = np.asarray(reference, dtype=np.int64), np.asarray(labels, dtype=np.int64)
    size = int(max(old.max(), new.max()))
    _, renamed = linear_sum_assignment(overlap(new, old, size, size), maximize=True)
    return np.asarray(renamed[new - 1] + 1, dtype=np.int64)


def match_ids(old_ids: Labels, old: Labels, new_ids: Labels, new: Labels, used: int = 0) -> Labels:
    """Return an id for each of `new_ids`: of the old cluster it goes on from, or one never used.

    Old and new clusters are paired one to one so that as many customers as possible keep their
    label (Kuhn 1955, the "Hungarian" assignment). A pair without a common customer is none. Ids up
    to `used` are taken.
    """
    together = overlap_of_ids(new_ids, new, old_ids, old)
    matched = np.zeros(len(new_ids), dtype=np.int64)
    for row, column in zip(*linear_sum_assignment(together, maximize=True), strict=True):
        if together[row, column] > 0:
            matched[row] = old_ids[column]
    is_new = matched == 0
    matched[is_new] = max(old_ids.max(), used) + 1 + np.arange(is_new.sum())
    return matched


def overlap(one: Labels, other: Labels, one_count: int, other_count: int) -> Labels:
    """Return how many customers have each pair of labels, (one_count, other_count); from 1."""
    together = np.zeros((one_count, other_count), dtype=np.int64)
    np.add.at(together, (one - 1, other - 1), 1)
    return together


def overlap_of_ids(ids: Labels, one: Labels, other_ids: Labels, other: Labels) -> Labels:
    """Return the `overlap` of labels that are any ids, in the order of `ids` and `other_ids`."""
    return overlap(
        np.searchsorted(ids, one) + 1,
        np.searchsorted(other_ids, other) + 1,
        len(ids),
        len(other_ids),
    )


def best_jaccard(together: Labels) -> Matrix:
    """Return the Jaccard index of each cluster with the most similar one of another labeling.

    `together` is the `overlap` of the two, the result is (rows,): common customers over those in
    either. Hennig (2007): a cluster below 0.5 has dissolved, one above 0.75 is stable.
    """
    union = together.sum(axis=1, keepdims=True) + together.sum(axis=0) - together
    found: Matrix = (together / np.maximum(union, 1)).max(axis=1)
    return found


def crossed(labels: Labels) -> Labels:
    """Return one number per customer for each pair of axis labels, from 1, in their order."""
    found = np.unique(labels, axis=0, return_inverse=True)[1]
    return np.asarray(found.ravel() + 1, dtype=np.int64)
