"""What `backtesting.outcomes` measures when each customer counts once, and two of refits."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import sparse

from customer_segments.backtesting.outcomes import (
    Measure,
    auc_by_weights,
    eta2_adj_by_weights,
    gini_by_weights,
    item_bits_by_weights,
    rec_lift_by_weights,
)
from customer_segments.fitting.clustering import Labels, Matrix, Rows
from customer_segments.judging.stability import subsample_agreement


def stability(
    label_subsample: Callable[[Rows], Labels],
    customer_count: int,
    *,
    repeat_count: int = 50,
    share: float = 0.8,
    seed: int = 0,
) -> Matrix:
    """Return each `subsample_agreement` of refits, (repeats, labelings).

    Look at the mean and at the 10th percentile, the one that meets a user now and then.
    """
    return np.array(
        [
            subsample_agreement(label_subsample, customer_count, repeat, share=share, seed=seed)
            for repeat in range(repeat_count)
        ]
    )


def continuity(before: "pd.Series[int]", after: "pd.Series[int]") -> float:
    """Return the share of common customers with the same label; both are indexed by customer."""
    first, second = before.align(after, join="inner")
    return float((first.to_numpy() == second.to_numpy()).mean())


def eta2_adj(future_spend: ArrayLike, labels: ArrayLike) -> float:
    """Return `eta2_adj_by_weights` when each customer counts once."""
    return _once(eta2_adj_by_weights(future_spend, labels), labels)


def auc(
    future_spend: ArrayLike, labels: ArrayLike, *, fold_count: int = 10, seed: int = 0
) -> float:
    """Return `auc_by_weights` when each customer counts once."""
    measure = auc_by_weights(future_spend, labels, fold_count=fold_count, seed=seed)
    return _once(measure, labels)


def gini(past_spend: ArrayLike, future_spend: ArrayLike, labels: ArrayLike) -> float:
    """Return `gini_by_weights` when each customer counts once."""
    return _once(gini_by_weights(past_spend, future_spend, labels), labels)


def item_bits(
    past_items: sparse.csr_array,
    future_items: sparse.csr_array,
    labels: ArrayLike,
    *,
    permutation_count: int = 20,
    pseudo_count: float = 3000.0,
    seed: int = 0,
) -> float:
    """Return `item_bits_by_weights` when each customer counts once."""
    measure = item_bits_by_weights(
        past_items,
        future_items,
        labels,
        permutation_count=permutation_count,
        pseudo_count=pseudo_count,
        seed=seed,
    )
    return _once(measure, labels)


def rec_lift(
    past_items: sparse.csr_array,
    future_items: sparse.csr_array,
    labels: ArrayLike,
    *,
    top_count: int = 20,
) -> float:
    """Return `rec_lift_by_weights` when each customer counts once."""
    measure = rec_lift_by_weights(past_items, future_items, labels, top_count=top_count)
    return _once(measure, labels)


def _once(measure: Measure, labels: ArrayLike) -> float:
    """Return what `measure` says when each customer counts once."""
    return float(measure(np.ones((1, len(np.asarray(labels)))))[0])
