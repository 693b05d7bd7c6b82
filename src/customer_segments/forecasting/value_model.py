"""What customers will order: MBG/NBD for how often, a credibility mean for how much.

While active, a customer orders at random times at a rate of their own; after each order, the first
included, they may stop for good, with a probability of their own. Rates are Gamma(r, alpha)
distributed over customers, probabilities Beta(a, b). This is the modified BG/NBD model of Batislam,
Denizel & Filiztekin (2007); in that of Fader, Hardie & Lee (2005), nobody can stop after their
first order, so that all who ordered once, however long ago, would still be active.

The value of an order is expected to be the mean of the customer's own orders and of some more at
the mean of all customers (Buehlmann 1967): so means of few orders are drawn to that of all, and
none leaves the range between the two, whatever the values are distributed like.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, hyp2f1

from customer_segments.parallel import use_one_blas_thread

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """Customers side by side, one value each, as of one day.

    `repeats` are the orders after the first one, `last_days` the days from the first to the last
    order, `age_days` those from the first order to the as-of date.
    """

    repeats: Vector
    last_days: Vector
    age_days: Vector

    @cached_property
    def distinct_repeats(self) -> tuple[Vector, NDArray[np.intp]]:
        """Return each number of repeats once, and where in these that of each customer is."""
        return np.unique(self.repeats, return_inverse=True)


class OrderModel(NamedTuple):
    """Parameters of the MBG/NBD model, times in days."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, customers: Histories) -> tuple[Vector, Vector]:
        """Return the log likelihood of each history, and its derivatives.

        These are by the logarithm of each parameter: (customers,) and (4, customers).
        """
        r, alpha, a, b = self
        # Few numbers of repeats for many customers: the costly functions see each number once.
        x, places = customers.distinct_repeats
        rate = r + customers.repeats
        ages, lasts = alpha + customers.age_days, alpha + customers.last_days
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) - gammaln(b)
        active = common + gammaln(b + x + 1) - gammaln(a + b + x + 1)
        stopped = common + np.log(a) + gammaln(b + x) - gammaln(a + b + x + 1)
        if_active = active[places] - rate * np.log(ages)
        likelihood = np.logaddexp(if_active, stopped[places] - rate * np.log(lasts))
        share = np.exp(if_active - likelihood)
        both = (digamma(a + b) - digamma(a + b + x + 1))[places]
        by_r = (digamma(r + x) - digamma(r))[places] + np.log(alpha)
        by_b = digamma(b + x)[places] - digamma(b)  # a step further: 1 / (b + x) if still active
        derivatives = (
            r * (by_r - share * np.log(ages) - (1 - share) * np.log(lasts)),
            r - alpha * rate * (share / ages + (1 - share) / lasts),
            a * both + (1 - share),
            b * (both + by_b + share / (b + customers.repeats)),
        )
        return likelihood, np.array(derivatives)

    def expected_if_active(self, repeats: Vector, age_days: Vector, horizon_days: float) -> Vector:
        """Return the expected orders in the next days of customers who are active now.

        The published formula with Euler's transformation of 2F1, whose parameters then stay small.
        """
        r, alpha, a, b = self
        a += 1e-6 * (abs(a - 1) < 1e-6)  # the formula has a gap at 1, the expectation has none
        z = horizon_days / (alpha + age_days + horizon_days)
        series = hyp2f1(a + b - r, a - 1, a + b + repeats, z)
        return np.asarray((a + b + repeats) / (a - 1) * (1 - (1 - z) ** (a - 1) * series))


class SpendModel(NamedTuple):
    """How many orders the mean of all customers counts for, and that mean, in money."""

    prior_order_count: float
    mean_order_value: float

    def expected_value(self, order_counts: Vector, totals: Vector) -> Vector:
        """Return the expected value of each customer's next order."""
        prior, mean = self
        return np.asarray((prior * mean + totals) / (prior + order_counts))


def fit_order_model(customers: Histories) -> OrderModel:
    """Return the parameters of greatest likelihood."""
    scale = float(customers.age_days.mean())
    # Many customers have the same history, such as one order on the same day.
    rows, counts = np.unique(
        np.column_stack((customers.repeats, customers.last_days, customers.age_days)),
        axis=0,
        return_counts=True,
    )
    distinct = Histories(rows[:, 0], rows[:, 1] / scale, rows[:, 2] / scale)
    r, alpha, a, b = _greatest(
        lambda values: OrderModel(*values).log_likelihood(distinct),
        4,
        weights=counts.astype(np.float64),
    )
    return OrderModel(r, alpha * scale, a, b)


def fit_spend_model(order_counts: Vector, totals: Vector, last_values: Vector) -> SpendModel:
    """Return the model that expects the last orders of customers best from those before.

    By the gamma deviance, which asks for means and counts errors in percent: one huge order weighs
    no more than others. All are (customers,): orders, their values together and that of the last.
    """
    mean = float((totals / order_counts).mean())
    came_back = order_counts > 1
    before = order_counts[came_back] - 1
    last = np.maximum(last_values[came_back] / mean, 1e-9)
    rest = totals[came_back] / mean - last

    def log_likelihood(values: Vector) -> tuple[Vector, Vector]:
        prior = float(values[0])
        expected = SpendModel(prior, 1).expected_value(before, rest)
        by_expected = (last / expected - 1) / expected
        by_prior = by_expected * (1 - expected) / (prior + before)
        return -np.log(expected) - last / expected, prior * by_prior[np.newaxis]

    [prior] = _greatest(log_likelihood, 1)
    return SpendModel(prior, mean)


def _greatest(
    log_likelihood: Callable[[Vector], tuple[Vector, Vector]],
    count: int,
    weights: Vector | None = None,
) -> list[float]:
    """Return the positive parameters with the greatest likelihood, to a tenth of a percent.

    Where it grows on and on, such as for customers who never stop, they end at a bound. Processors
    differ in the last digit of a logarithm, and an optimiser that stops early makes percents of it:
    so it goes on until nothing moves, and what may still differ is rounded away.
    """
    use_one_blas_thread()

    def loss(logs: Vector) -> tuple[float, Vector]:
        values, derivatives = log_likelihood(np.exp(logs))
        mean = np.average(values, weights=weights)
        return -mean, -np.average(derivatives, axis=1, weights=weights)

    found = minimize(
        loss,
        np.zeros(count),
        method="L-BFGS-B",
        jac=True,
        bounds=[(-8, 8)] * count,
        options={"ftol": 0, "gtol": 1e-9, "maxiter": 1000},
    )
    return [float(value) for value in np.exp(found.x.round(3))]
