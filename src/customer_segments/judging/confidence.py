"""How surely a customer is where it is: the share of refits that would put it there again.

The nearer the runner-up, the more often a refit to other customers disagrees. A monotone curve per
axis turns the margin between own cluster and runner-up into that share, so that a customer whom no
refit has seen gets a confidence too. Whether confidences come true is checked on customers that
were left out of the curve.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.isotonic import IsotonicRegression

from customer_segments.fitting.clustering import Matrix

FOLDS = 5
BINS = 10


@dataclass(frozen=True)
class Curve:
    """Margins, rising from 0, and the share of refits that agree there; lines in between."""

    margins: Matrix
    shares: Matrix

    def confidence(self, margins: Matrix) -> Matrix:
        """Return the share of refits that agree with the labels of customers at these margins."""
        found: Matrix = np.interp(margins, self.margins, self.shares)
        return found


@dataclass(frozen=True)
class Bin:
    """Customers of about equal confidence: how many, its mean, and the share that agreed."""

    customer_count: int
    confidence: float
    agreed: float


def fit_curve(margins: Matrix, agreed: Matrix) -> Curve:
    """Fit the curve to one margin a customer and the share of refits that agreed on the label.

    Isotonic regression (Barlow 1972): the best curve of those that nowhere fall.
    """
    model = IsotonicRegression(y_min=0, y_max=1).fit(margins, agreed)
    places, shares = model.X_thresholds_, model.y_thresholds_
    if places[0] > 0:
        places, shares = np.append(0, places), np.append(shares[0], shares)
    return Curve(places, shares)


def left_out_confidence(margins: Matrix, agreed: Matrix, seed: int) -> Matrix:
    """Return confidences, (customers, 3): of each axis and of both together, their product.

    Each customer's come from curves of the other folds, so that its own refits are in none.
    `margins` is (customers, 2), `agreed` (customers, 2 or more): behaviour, taste.
    """
    customer_count = len(margins)
    fold = np.random.default_rng(seed).permutation(customer_count) % min(FOLDS, customer_count)
    axes = np.empty(margins.shape)
    for number in range(fold.max() + 1):
        others = fold != number
        for axis in range(margins.shape[1]):
            curve = fit_curve(margins[others, axis], agreed[others, axis])
            axes[~others, axis] = curve.confidence(margins[~others, axis])
    return np.column_stack([axes, axes.prod(axis=1)])


def calibration(confidence: Matrix, agreed: Matrix) -> Iterator[Bin]:
    """Yield equal numbers of customers in the order of their confidence, least sure first."""
    in_order = np.argsort(confidence, kind="stable")
    for rows in np.array_split(in_order, min(BINS, len(in_order))):
        yield Bin(len(rows), float(confidence[rows].mean()), float(agreed[rows].mean()))
