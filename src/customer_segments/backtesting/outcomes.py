"""How good a segmentation is: whether it comes back, and what it says about what follows.

Labels are any integers, one a customer; customers are in the same order in every argument. "Past"
is what the labels were made from, "future" what the same customers bought afterwards. Matrices of
items are sparse, (customers, items), non-zero where a customer bought an item; only whether, not
how often, counts. Money may be in any unit. Everything random is seeded.

What ends in `_by_weights` returns a function from weights of the customers, (repeats, customers),
to the value for each repeat. What is predicted for a customer stays as it is, whatever the
weights; they only say how often each customer counts. So bootstrap intervals cost little, and
those of two labelings can be paired.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from customer_segments.fitting.clustering import Labels, Matrix, Rows

Measure = Callable[[Matrix], Matrix]


def bootstrap_weights(customer_count: int, repeats: range, *, seed: int = 0) -> Matrix:
    """Return how often each customer is drawn with replacement, (repeats, customers).

    A repeat depends on `seed` and its number alone.
    """
    weights = np.empty((len(repeats), customer_count))
    for row, repeat in zip(weights, repeats, strict=True):
        random = np.random.default_rng([seed, repeat])
        drawn = random.integers(0, customer_count, customer_count)
        row[:] = np.bincount(drawn, minlength=customer_count)
    return weights


def eta2_adj_by_weights(future_spend: ArrayLike, labels: ArrayLike) -> Measure:
    """Return the share of the variance of log1p(future spend) that lies between segments.

    Adjusted for the number of segments, as R squared is (Ezekiel 1930): raw eta squared rises
    with every further segment, also a meaningless one. Random labels give about 0, at times less.
    Spend below 0 counts as 0. 0 when everybody spends the same.
    """
    outcome = np.log1p(np.maximum(np.asarray(future_spend, dtype=np.float64), 0))
    _, segment = np.unique(np.asarray(labels), return_inverse=True)
    sizes = np.bincount(segment)
    means = np.bincount(segment, weights=outcome) / sizes
    squares = np.column_stack([outcome, outcome**2, (outcome - means[segment]) ** 2])
    is_constant = np.ptp(outcome) == 0

    def measure(weights: Matrix) -> Matrix:
        count = weights.sum(axis=1)
        sums, square_sums, within = (weights @ squares).T
        if is_constant:
            return np.zeros(len(weights))
        return 1 - _ratio(within, square_sums - sums**2 / count) * _ratio(
            count - 1, count - len(sizes)
        )

    return measure


def auc_by_weights(
    future_spend: ArrayLike, labels: ArrayLike, *, fold_count: int = 10, seed: int = 0
) -> Measure:
    """Return the probability that a buyer's segment ranks above a non-buyer's, ties as half.

    A buyer has future spend above 0. A customer's score is the share of buyers in the segment
    among the customers of the other folds (of everybody there, where the segment is empty), so
    that nobody's own outcome is in the score. NaN when all are buyers, or none.
    """
    is_buyer = np.asarray(future_spend, dtype=np.float64) > 0
    _, segment = np.unique(np.asarray(labels), return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(segment)) % fold_count
    score = np.empty(len(segment))
    for number in range(fold_count):
        others = fold != number
        sizes = np.bincount(segment[others], minlength=segment.max() + 1)
        buyers = np.bincount(segment[others], weights=is_buyer[others], minlength=len(sizes))
        overall = is_buyer[others].mean() if others.any() else 0.0
        share = np.where(sizes > 0, buyers / np.maximum(sizes, 1), overall)
        score[~others] = share[segment[~others]]
    _, place = np.unique(score, return_inverse=True)

    # Scores are few, so it is counted by score for all repeats at once. As roc_auc_score.
    def measure(weights: Matrix) -> Matrix:
        buyers, others = (
            _sums_by(weights[:, side], place[side], int(place.max()) + 1)
            for side in (is_buyer, ~is_buyer)
        )
        below = np.cumsum(others, axis=1) - others / 2
        pairs = buyers.sum(axis=1) * others.sum(axis=1)
        return _ratio((buyers * below).sum(axis=1), pairs)

    return measure


def gini_by_weights(past_spend: ArrayLike, future_spend: ArrayLike, labels: ArrayLike) -> Measure:
    """Return how well targeting whole segments, best first, captures future spend.

    Segments come in the order of their past mean spend. The curve of the share of future spend
    against the share of customers is compared by its area above the diagonal with that of the
    perfect ordering, customer by customer: 1 is perfect, 0 is a random order. NaN when nobody
    spends.
    """
    future = np.asarray(future_spend, dtype=np.float64)
    _, segment = np.unique(np.asarray(labels), return_inverse=True)
    past_sums = np.bincount(segment, weights=np.asarray(past_spend, dtype=np.float64))
    best_first = np.argsort(-past_sums / np.bincount(segment), kind="stable")
    perfect = np.argsort(-future, kind="stable")

    def measure(weights: Matrix) -> Matrix:
        sizes, captured = (
            _sums_by(values, segment, len(best_first))[:, best_first]
            for values in (weights, weights * future)
        )
        found = _area_above_diagonal(sizes, captured)
        most = _area_above_diagonal(weights[:, perfect], (weights * future)[:, perfect])
        return _ratio(found, most)

    return measure


def item_bits_by_weights(
    past_items: sparse.csr_array,
    future_items: sparse.csr_array,
    labels: ArrayLike,
    *,
    permutation_count: int = 20,
    pseudo_count: float = 3000.0,
    seed: int = 0,
) -> Measure:
    """Return how many bits an item the segment tells about each future item of a buyer.

    For each buyer: the mean of log2 p(item | own segment) / p(item | all) over the future items,
    where p is the share of an item among the past customer-item pairs. The buyer's own past is
    left out of both; the segment is smoothed with `pseudo_count` pairs spread like p(item | all).
    Items that no other customer bought in the past are passed over. Of the mean over buyers, the
    mean over random labels of the same sizes is taken off, so that labels without meaning give 0.
    NaN without buyers.
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

    def bits(segment: Labels) -> Matrix:
        counts = _segment_counts(past, segment)
        totals = counts.sum(axis=1)
        own_segment = segment[buyers]
        p_segment = (counts[own_segment, items] - own + pseudo_count * p_all) / (
            totals[own_segment] - own_total + pseudo_count
        )
        sums = np.bincount(buyers, weights=np.log2(p_segment / p_all), minlength=len(segment))
        return np.asarray(sums / np.maximum(pair_count, 1))

    random = np.random.default_rng(seed)
    by_chance = [bits(random.permutation(segment)) for _ in range(permutation_count)]
    gained = bits(segment) - np.mean(by_chance, axis=0)

    def measure(weights: Matrix) -> Matrix:
        return _ratio(weights @ gained, weights @ (pair_count > 0))

    return measure


def rec_lift_by_weights(
    past_items: sparse.csr_array,
    future_items: sparse.csr_array,
    labels: ArrayLike,
    *,
    parents: ArrayLike | None = None,
    prior: float = 0.0,
    top_count: int = 20,
) -> Measure:
    """Return hits of the own segment's top items over hits of everybody's top items.

    A list holds the `top_count` items with the largest share of buyers in the past, the customer
    itself not counted, ties by the order of the items; a hit is an item of the list in the future
    basket. The share of a segment is drawn to that of its parent as if `prior` more customers had
    bought like those, and that to everyone's in the same way, as fct_next_best_items does; with 0
    it is as counted. `parents` are labels of groups that hold whole segments; without them everyone
    is the parent. Above 1, recommending by segment beats one bestseller list. NaN when that list
    has no hit.
    """
    past, future = _bought(past_items), _bought(future_items)
    segment = np.unique(np.asarray(labels), return_inverse=True)[1]
    everyone = np.zeros_like(segment)
    parent = everyone if parents is None else np.unique(parents, return_inverse=True)[1]
    found = _top_hits(past, future, (segment, parent, everyone), prior, top_count)
    bestsellers = _top_hits(past, future, (everyone,), 0.0, top_count)

    def measure(weights: Matrix) -> Matrix:
        return _ratio(weights @ found, weights @ bestsellers)

    return measure


def _ratio(above: Matrix, below: Matrix) -> Matrix:
    """Return above / below, NaN where `below` is 0: there is nothing to measure."""
    ratio: Matrix = np.divide(above, below, out=np.full(len(below), np.nan), where=below != 0)
    return ratio


def _sums_by(values: Matrix, place: Rows, place_count: int) -> Matrix:
    """Return the sums of (repeats, customers) by the customers' places, (repeats, places)."""
    sums: Matrix = values @ np.eye(place_count)[place]
    return sums


def _area_above_diagonal(sizes: Matrix, captured: Matrix) -> Matrix:
    """Return the area for each repeat, NaN without spend; both are (repeats, steps)."""
    spend = captured.sum(axis=1, keepdims=True)
    share = np.cumsum(captured, axis=1) / np.where(spend > 0, spend, np.nan)
    width = sizes / sizes.sum(axis=1, keepdims=True)
    before = np.column_stack([np.zeros(len(share)), share[:, :-1]])
    area: Matrix = (width * (share + before) / 2).sum(axis=1) - 0.5
    return area


def _bought(items: sparse.csr_array) -> sparse.csr_array:
    """Return 1 for each pair above 0, with sorted columns; the argument stays as it is."""
    pairs = sparse.csr_array(items > 0).astype(np.float64)
    pairs.sort_indices()
    return pairs


def _values_at(pairs: sparse.csr_array, rows: Rows, columns: Rows) -> Matrix:
    """Return 1 where `pairs` has the row and column, 0 elsewhere."""
    width = pairs.shape[1]
    held = np.repeat(np.arange(pairs.shape[0]), np.diff(pairs.indptr)) * width + pairs.indices
    # Rows and columns are in order, so `held` is sorted: much quicker than np.isin.
    asked = rows * width + columns
    place = np.searchsorted(held, asked)
    found: Matrix = (np.append(held, -1)[place] == asked).astype(np.float64)
    return found


def _segment_counts(pairs: sparse.csr_array, segment: Labels) -> Matrix:
    """Return in how many customers' pasts each item is, (segments, items)."""
    member = sparse.csr_array((np.ones(len(segment)), (segment, np.arange(len(segment)))))
    counts: Matrix = (member @ pairs).toarray()
    return counts


def _top_hits(
    past: sparse.csr_array,
    future: sparse.csr_array,
    levels: tuple[Labels, ...],
    prior: float,
    top_count: int,
) -> Matrix:
    """Return the hits of each customer's list. A block of buyers at a time bounds memory.

    `levels` are labels of ever larger groups; the share in one is drawn to that in the next.
    """
    counts = [_segment_counts(past, level) for level in levels]
    sizes = [np.bincount(level) for level in levels]
    customers = np.flatnonzero(np.diff(future.indptr))
    hits = np.zeros(past.shape[0])
    for start in range(0, len(customers), 500):
        block = customers[start : start + 500]
        own = past[block].toarray()
        share = np.zeros(own.shape)
        for level, count, size in reversed(list(zip(levels, counts, sizes, strict=True))):
            others = size[level[block]][:, None] - 1
            share = (count[level[block]] - own + prior * share) / np.maximum(others + prior, 1)
        top = np.argsort(-share, axis=1, kind="stable")[:, :top_count]
        rows = np.repeat(block, top.shape[1])
        hits[block] = _values_at(future, rows, top.ravel()).reshape(top.shape).sum(axis=1)
    return hits
