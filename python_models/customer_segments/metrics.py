"""How good a segmentation is: whether it comes back, and what it says about what follows.

Labels are any integers, one a customer; customers are in the same order in every argument. "Past"
is what the labels were made from, "future" what the same customers bought afterwards. Matrices of
items are sparse, (customers, items), non-zero where a customer bought an item; only whether, not
how often, counts. Money may be in any unit. Everything random is seeded.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, roc_auc_score

from customer_segments.clustering import Labels, Matrix

Rows = NDArray[np.int64]


def stability(
    label_subsample: Callable[[Rows], Labels],
    customer_count: int,
    *,
    repeat_count: int = 50,
    share: float = 0.8,
    seed: int = 0,
) -> Matrix:
    """Return the agreement of refits, (repeats, labelings): 1 is the same, 0 is chance.

    `label_subsample` gets the sorted positions of the customers of a subsample, refits everything
    to them alone, and returns their labels: (rows,), or (rows, labelings) for several at once.
    Look at the mean and at the 10th percentile, the one that meets a user now and then.

    Ben-Hur, Elisseeff & Guyon (2002), with the adjusted Rand index of Hubert & Arabie (1985).
    """
    return np.array(
        [
            subsample_agreement(label_subsample, customer_count, repeat, share=share, seed=seed)
            for repeat in range(repeat_count)
        ]
    )


def subsample_agreement(
    label_subsample: Callable[[Rows], Labels],
    customer_count: int,
    repeat: int,
    *,
    share: float = 0.8,
    seed: int = 0,
) -> Matrix:
    """Return one repeat of `stability`, (labelings,).

    It depends on `seed` and `repeat` alone, so repeats may run in any order and process.
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


def eta2_adj(future_spend: ArrayLike, labels: ArrayLike) -> float:
    """Return the share of the variance of log1p(future spend) that lies between segments.

    Adjusted for the number of segments, as R squared is (Ezekiel 1930): raw eta squared rises
    with every further segment, also a meaningless one. Random labels give about 0, at times less.
    Spend below 0 counts as 0. 0 when everybody spends the same.
    """
    outcome = np.log1p(np.maximum(np.asarray(future_spend, dtype=np.float64), 0))
    _, segment = np.unique(np.asarray(labels), return_inverse=True)
    sizes = np.bincount(segment)
    means = np.bincount(segment, weights=outcome) / sizes
    if np.ptp(outcome) == 0:
        return 0.0
    total = float(((outcome - outcome.mean()) ** 2).sum())
    within = float(((outcome - means[segment]) ** 2).sum())
    return 1 - within / total * (len(outcome) - 1) / (len(outcome) - len(sizes))


def auc(
    future_spend: ArrayLike, labels: ArrayLike, *, fold_count: int = 10, seed: int = 0
) -> float:
    """Return the probability that a buyer's segment ranks above a non-buyer's, ties as half.

    A buyer has future spend above 0. A customer's score is the share of buyers in the segment
    among the customers of the other folds (of everybody there, where the segment is empty), so
    that nobody's own outcome is in the score.
    """
    is_buyer = np.asarray(future_spend, dtype=np.float64) > 0
    _, segment = np.unique(np.asarray(labels), return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(segment)) % fold_count
    score = np.empty(len(segment))
    for number in range(fold_count):
        others = fold != number
        sizes = np.bincount(segment[others], minlength=segment.max() + 1)
        buyers = np.bincount(segment[others], weights=is_buyer[others], minlength=len(sizes))
        share = np.where(sizes > 0, buyers / np.maximum(sizes, 1), is_buyer[others].mean())
        score[~others] = share[segment[~others]]
    return float(roc_auc_score(is_buyer, score))


def gini(past_spend: ArrayLike, future_spend: ArrayLike, labels: ArrayLike) -> float:
    """Return how well targeting whole segments, best first, captures future spend.

    Segments come in the order of their past mean spend. The curve of the share of future spend
    against the share of customers is compared by its area above the diagonal with that of the
    perfect ordering, customer by customer: 1 is perfect, 0 is a random order.
    """
    future = np.asarray(future_spend, dtype=np.float64)
    _, segment = np.unique(np.asarray(labels), return_inverse=True)
    sizes = np.bincount(segment)
    past_means = np.bincount(segment, weights=np.asarray(past_spend, dtype=np.float64)) / sizes
    best_first = np.argsort(-past_means, kind="stable")
    captured = np.bincount(segment, weights=future)
    found = _area_above_diagonal(sizes[best_first], captured[best_first])
    return found / _area_above_diagonal(np.ones(len(future)), np.sort(future)[::-1])


def item_bits(
    past_items: sparse.csr_array,
    future_items: sparse.csr_array,
    labels: ArrayLike,
    *,
    permutation_count: int = 20,
    pseudo_count: float = 3000.0,
    seed: int = 0,
) -> float:
    """Return how many bits an item the segment tells about each future item of a buyer.

    For each buyer: the mean of log2 p(item | own segment) / p(item | all) over the future items,
    where p is the share of an item among the past customer-item pairs. The buyer's own past is
    left out of both; the segment is smoothed with `pseudo_count` pairs spread like p(item | all).
    Items that no other customer bought in the past are passed over. Of the mean over buyers, the
    mean over random labels of the same sizes is taken off, so that labels without meaning give 0.
    """
    past, future = _bought(past_items), _bought(future_items)
    segment = np.unique(np.asarray(labels), return_inverse=True)[1]
    buyers = np.repeat(np.arange(len(segment)), np.diff(future.indptr))
    items = future.indices
    own = _values_at(past, buyers, items)
    own_total = np.diff(past.indptr)[buyers]
    everyone = np.asarray(past.sum(axis=0)).ravel()
    others = everyone[items] - own
    seen = others > 0
    buyers, items, own, own_total = buyers[seen], items[seen], own[seen], own_total[seen]
    p_all = others[seen] / (everyone.sum() - own_total)
    pair_count = np.bincount(buyers, minlength=len(segment))

    def mean_bits(segment: Labels) -> float:
        counts = _segment_counts(past, segment)
        totals = counts.sum(axis=1)
        own_segment = segment[buyers]
        p_segment = (counts[own_segment, items] - own + pseudo_count * p_all) / (
            totals[own_segment] - own_total + pseudo_count
        )
        sums = np.bincount(buyers, weights=np.log2(p_segment / p_all), minlength=len(segment))
        return float((sums[pair_count > 0] / pair_count[pair_count > 0]).mean())

    random = np.random.default_rng(seed)
    by_chance = [mean_bits(random.permutation(segment)) for _ in range(permutation_count)]
    return mean_bits(segment) - float(np.mean(by_chance))


def rec_lift(
    past_items: sparse.csr_array,
    future_items: sparse.csr_array,
    labels: ArrayLike,
    *,
    top_count: int = 20,
) -> float:
    """Return hits of the own segment's top items over hits of everybody's top items.

    A list holds the `top_count` items that most customers bought in the past, the buyer not
    counted, ties by the order of the items; a hit is an item of the list in the future basket.
    Above 1, recommending by segment beats one bestseller list. NaN when that list has no hit.
    """
    past, future = _bought(past_items), _bought(future_items)
    segment = np.unique(np.asarray(labels), return_inverse=True)[1]
    one_segment = np.zeros(len(segment), dtype=np.int64)
    found = _top_hits(past, future, segment, top_count)
    bestsellers = _top_hits(past, future, one_segment, top_count)
    return found / bestsellers if bestsellers else float("nan")


def continuity(before: "pd.Series[int]", after: "pd.Series[int]") -> float:
    """Return the share of common customers with the same label; both are indexed by customer."""
    first, second = before.align(after, join="inner")
    return float((first.to_numpy() == second.to_numpy()).mean())


def match_labels(reference: ArrayLike, labels: ArrayLike) -> Labels:
    """Return `labels` renamed to agree with `reference` for as many customers as possible.

    One to one (Kuhn 1955, the "Hungarian" assignment). Both are from 1; labels left over, when
    there are more of them than in `reference`, get the numbers that follow.
    """
    old, new = np.asarray(reference, dtype=np.int64), np.asarray(labels, dtype=np.int64)
    size = int(max(old.max(), new.max()))
    _, renamed = linear_sum_assignment(overlap(new, old, size, size), maximize=True)
    return np.asarray(renamed[new - 1] + 1, dtype=np.int64)


def overlap(one: Labels, other: Labels, one_count: int, other_count: int) -> Labels:
    """Return how many customers have each pair of labels, (one_count, other_count); from 1."""
    together = np.zeros((one_count, other_count), dtype=np.int64)
    np.add.at(together, (one - 1, other - 1), 1)
    return together


def best_jaccard(together: Labels) -> Matrix:
    """Return the Jaccard index of each cluster with the most similar one of another labeling.

    `together` is the `overlap` of the two, the result is (rows,): common customers over those in
    either. Hennig (2007): a cluster below 0.5 has dissolved, one above 0.75 is stable.
    """
    union = together.sum(axis=1, keepdims=True) + together.sum(axis=0) - together
    found: Matrix = (together / np.maximum(union, 1)).max(axis=1)
    return found


def _area_above_diagonal(sizes: ArrayLike, captured: ArrayLike) -> float:
    customers = np.concatenate([[0.0], np.cumsum(sizes)])
    spend = np.concatenate([[0.0], np.cumsum(captured)])
    return float(np.trapezoid(spend / spend[-1], customers / customers[-1])) - 0.5


def _bought(items: sparse.csr_array) -> sparse.csr_array:
    """Return 1 for each pair above 0, with sorted columns; the argument stays as it is."""
    pairs = sparse.csr_array(items > 0).astype(np.float64)
    pairs.sort_indices()
    return pairs


def _values_at(pairs: sparse.csr_array, rows: Rows, columns: Rows) -> Matrix:
    """Return 1 where `pairs` has the row and column, 0 elsewhere."""
    width = pairs.shape[1]
    held = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr)) * width + pairs.indices
    return np.isin(rows * width + columns, held).astype(np.float64)


def _segment_counts(pairs: sparse.csr_array, segment: Labels) -> Matrix:
    """Return in how many customers' pasts each item is, (segments, items)."""
    member = sparse.csr_array((np.ones(len(segment)), (segment, np.arange(len(segment)))))
    counts: Matrix = (member @ pairs).toarray()
    return counts


def _top_hits(
    past: sparse.csr_array, future: sparse.csr_array, segment: Labels, top_count: int
) -> int:
    """Return the hits of the lists of all buyers. A block of buyers at a time bounds memory."""
    counts = _segment_counts(past, segment)
    customers = np.flatnonzero(np.diff(future.indptr))
    width = past.shape[1]
    hits = 0
    for start in range(0, len(customers), 500):
        block = customers[start : start + 500]
        without_own = counts[segment[block]] - past[block].toarray()
        keys = without_own * width - np.arange(width)  # no two equal: earlier items win ties
        top = np.argpartition(-keys, min(top_count, width) - 1, axis=1)[:, :top_count]
        rows = np.repeat(block, top.shape[1])
        hits += int(_values_at(future, rows, top.ravel()).sum())
    return hits
