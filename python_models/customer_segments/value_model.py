"""What customers will order: MBG/NBD for how often, Gamma-Gamma for how much.

While active, a customer orders at random times at a rate of their own; after each order, the first
included, they may stop for good, with a probability of their own. Rates are Gamma(r, alpha)
distributed over customers, probabilities Beta(a, b). This is the modified BG/NBD model of Batislam,
Denizel & Filiztekin (2007); in that of Fader, Hardie & Lee (2005), nobody can stop after their
first order, so that all who ordered once, however long ago, would still be active.

The value of an order is Gamma(p, nu) distributed around the customer's mean, nu ~ Gamma(q, gamma)
over customers, independent of the rate (Fader, Hardie & Lee 2005, "RFM and CLV"): the means of
customers with few orders are drawn to that of all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from customer_segments.one_thread import use_one_blas_thread

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

    def log_likelihood(self, customers: Histories) -> Vector:
        """Return the log likelihood of each history."""
        r, alpha, a, b = self
        # Few numbers of repeats for many customers: the costly functions see each number once.
        x, places = customers.distinct_repeats
        rate = r + customers.repeats
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) - gammaln(b)
        active = gammaln(b + x + 1) - gammaln(a + b + x + 1)
        stopped = np.log(a) + gammaln(b + x) - gammaln(a + b + x + 1)
        return np.asarray(
            np.logaddexp(
                (common + active)[places] - rate * np.log(alpha + customers.age_days),
                (common + stopped)[places] - rate * np.log(alpha + customers.last_days),
            )
        )

    def probability_active(self, customers: Histories) -> Vector:
        """Return the probability of each customer to be still active on the as-of date."""
        r, alpha, a, b = self
        x = customers.repeats
        odds = np.log(a / (b + x)) + (r + x) * np.log(
            (alpha + customers.age_days) / (alpha + customers.last_days)
        )
        return np.asarray(1 / (1 + np.exp(np.minimum(odds, 700))))

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
    """Parameters of the Gamma-Gamma model."""

    p: float
    q: float
    gamma: float

    def log_likelihood(self, order_counts: Vector, mean_values: Vector) -> Vector:
        """Return the log likelihood of each customer's mean order value."""
        p, q, gamma = self
        # As above.
        x, places = np.unique(order_counts, return_inverse=True)
        shape = p * order_counts
        common = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma)
        return np.asarray(
            (common + p * x * np.log(x))[places]
            + (shape - 1) * np.log(mean_values)
            - (shape + q) * np.log(gamma + order_counts * mean_values)
        )

    def expected_value(self, order_counts: Vector, mean_values: Vector) -> Vector:
        """Return the expected value of each customer's next order; q must be more than 1."""
        p, q, gamma = self
        return np.asarray(p * (gamma + order_counts * mean_values) / (p * order_counts + q - 1))


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


def fit_spend_model(order_counts: Vector, mean_values: Vector) -> SpendModel:
    """Return the parameters of greatest likelihood, of those with a finite mean."""
    scale = float(np.exp(np.log(mean_values).mean()))
    scaled = mean_values / scale
    p, excess, gamma = _greatest(
        lambda values: SpendModel(values[0], 1 + values[1], values[2]).log_likelihood(
            order_counts, scaled
        ),
        3,
    )
    return SpendModel(p, 1 + excess, gamma * scale)


def _greatest(
    log_likelihood: Callable[[Vector], Vector], count: int, weights: Vector | None = None
) -> list[float]:
    """Return the positive parameters with the greatest likelihood, to a tenth of a percent.

    Where it grows on and on, such as for customers who never stop, they end at a bound. Processors
    differ in the last digit of a logarithm, and an optimiser that stops early makes percents of it:
    so it goes on until nothing moves, and what may still differ is rounded away.
    """
    use_one_blas_thread()
    found = minimize(
        lambda logs: -np.average(log_likelihood(np.exp(logs)), weights=weights),
        np.zeros(count),
        method="L-BFGS-B",
        jac="3-point",
        bounds=[(-8, 8)] * count,
        options={"ftol": 0, "gtol": 1e-9, "maxiter": 1000},
    )
    return [float(value) for value in np.exp(found.x.round(3))]
