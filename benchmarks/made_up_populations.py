"""Two rules of the fit on customers made up after the rules were fixed.

    python -m benchmarks.made_up_populations

Which tastes KMeans holds at their starts: planted tastes, as many as are asked for, are they found
and do they come back with a prior of 0 and of 1? And when to warn that customers form clearer
groups than the behaviours shown: two rules, `inertia` and `silhouette` (that of dim_models), on
planted groups and on continua.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from benchmarks import metrics
from benchmarks.clustering_study import PLAIN_STARTS, SETTINGS
from customer_segments.fitting.behaviour import fit_behaviour_space
from customer_segments.fitting.clustering import Labels, Matrix, Rows, distances, nearest
from customer_segments.fitting.segment_model import fit_behaviour, fit_taste

SEED = 20261129
REPEATS = 10  # pairs of refits
GROUPS = 12  # populations of each kind
CLEARER = 0.1  # by so much more of the planted groups (adjusted Rand index) ...
CLEAR = 0.5  # ... and at least so much, plain KMeans finds than the behaviours shown


# --- tastes -------------------------------------------------------------------------------------
def orders_of_tastes(random: np.random.Generator, taste_count: int) -> tuple[Any, Labels]:
    """Return orders, (customers, items), of so many planted tastes, and who has which."""
    customer_count = int(random.choice([300, 600, 1500]))
    item_count = int(random.integers(200, 800))
    shares = random.dirichlet(np.full(taste_count, 4.0))
    truth = random.choice(taste_count, customer_count, p=shares)
    popularity = random.pareto(1.5, item_count) + 0.2
    item_taste = random.integers(0, taste_count + 1, item_count)  # the last is everybody's
    strength = random.uniform(3, 10)
    sizes = np.clip(random.lognormal(2.7, 0.9, customer_count), 2, item_count / 3).astype(int)
    rows = np.zeros((customer_count, item_count))
    for row, (taste, size) in enumerate(zip(truth, sizes, strict=True)):
        weights = popularity * np.where(item_taste == taste, strength, 1)
        rows[row] = random.multinomial(size, weights / weights.sum())
    return sparse.csr_array(rows), truth


def taste_rows() -> Iterator[dict[str, float]]:
    """Yield what each prior makes of each population."""
    random = np.random.default_rng(SEED)
    for taste_count in (2, 3, 4):
        for _ in range(GROUPS):
            orders, truth = orders_of_tastes(random, taste_count)
            stock_codes = np.array([f"ITEM{n:04}" for n in range(orders.shape[1])], dtype=object)
            row: dict[str, float] = {"tastes": taste_count, "customers": len(truth)}
            for prior in (0.0, 1.0):
                settings = replace(SETTINGS.with_count("taste", taste_count).taste, prior=prior)

                def label(rows: Rows, orders: Any = orders, settings: Any = settings) -> Labels:
                    model, _ = fit_taste(orders[rows], stock_codes, settings)  # noqa: B023
                    return nearest(model.distances(orders[rows], stock_codes))  # noqa: B023

                found = metrics.stability(label, len(truth), repeat_count=REPEATS)
                everyone = label(np.arange(len(truth)))
                row[f"comes back, prior {prior:.0f}"] = float(found.mean())
                row[f"found, prior {prior:.0f}"] = float(adjusted_rand_score(truth, everyone))
            yield row


# --- behaviours ---------------------------------------------------------------------------------
# Groups of a kind: size, mean days since the last order, mean orders, mean value of an order.
KINDS: dict[str, list[tuple[float, float, float, float]]] = {
    "quadrants": [(0.1, 20, 12, 400), (0.2, 150, 10, 400), (0.3, 25, 2, 120), (0.4, 200, 1.5, 120)],
    "wholesalers": [(0.05, 15, 40, 2500), (0.35, 40, 8, 300), (0.6, 120, 2, 150)],
    "levels": [(0.2, 5, 30, 350), (0.3, 40, 8, 250), (0.5, 200, 1.3, 180)],
    "five groups": [
        *((0.1, 8, 30, 800), (0.15, 120, 20, 900), (0.2, 15, 3, 150)),
        *((0.25, 250, 2, 300), (0.3, 120, 1.5, 60)),
    ],
    "two groups": [(0.3, 15, 20, 500), (0.7, 160, 2, 120)],
}


def features_of(
    random: np.random.Generator, groups: list[tuple[float, float, float, float]]
) -> tuple[pd.DataFrame, Labels]:
    """Return features of customers around the means of groups, and who is in which."""
    count = int(random.choice([250, 500, 1200]))
    jitter = random.uniform(0.8, 1.25, (len(groups), 4))
    shares, days, orders, values = (np.array(groups) * jitter).T
    truth = random.choice(len(groups), count, p=shares / shares.sum())
    spread = random.uniform(0.15, 0.6)
    drawn = random.normal(size=(count, 3)) * spread
    order_count = 1 + random.poisson(np.maximum(orders[truth] - 1, 0.05) * np.exp(drawn[:, 0]))
    recency = np.clip(np.round(days[truth] * np.exp(drawn[:, 1])), 1, 372)
    net_sales = order_count * values[truth] * np.exp(drawn[:, 2])
    table = {"recency_days": recency, "order_count": order_count, "net_sales": net_sales}
    return pd.DataFrame(table), truth


def continuum(random: np.random.Generator) -> tuple[pd.DataFrame, Labels]:
    """Return features of a shop without groups: rates of orders and their values vary smoothly."""
    count = int(random.choice([250, 500, 1200]))
    days = random.uniform(1, 372, count)
    rate = random.gamma(random.uniform(0.5, 1.5), 1 / random.uniform(40, 120), count)
    order_count = 1 + random.poisson(rate * days)
    recency = np.ceil(days * random.beta(1, 1 + order_count / random.uniform(1, 3))).clip(1)
    values = random.lognormal(5.5, random.uniform(0.4, 1), count) * (1 + rate * 20)
    table = {"recency_days": recency, "order_count": order_count}
    return pd.DataFrame({**table, "net_sales": order_count * values}), np.zeros(count, np.int64)


@dataclass(frozen=True)
class Compared:
    """What a rule may look at, and whether it should speak."""

    kind: str
    is_clearer: bool
    inertia_ratio: float
    stability: float
    plain_stability: float
    plain_smallest_share: float
    silhouette: float
    best_plain_silhouette: float

    @property
    def speaks_by_inertia(self) -> bool:
        """Tell whether plain KMeans is as stable, tighter by a fifth, and no cluster is tiny."""
        return (
            self.plain_stability >= self.stability
            and self.plain_smallest_share >= 0.03
            and self.inertia_ratio >= 1.2
        )

    @property
    def speaks_by_silhouette(self) -> bool:
        """Tell whether some number of plain clusters is clearly apart, and more than ours."""
        best = self.best_plain_silhouette
        return best >= 0.51 and best >= self.silhouette + 0.05


def behaviour_rows() -> Iterator[Compared]:
    """Yield what there is to see of each population."""
    random = np.random.default_rng(SEED)
    settings = SETTINGS.behaviour
    for kind in ("continuum", *KINDS):
        for _ in range(GROUPS):
            features, truth = (
                continuum(random) if kind == "continuum" else features_of(random, KINDS[kind])
            )
            places = fit_behaviour_space(features, settings)[1]

            def ours(rows: Rows, features: pd.DataFrame = features) -> Labels:
                model, _ = fit_behaviour(features.iloc[rows], settings)
                return nearest(model.distances(features.iloc[rows]))

            def plain(rows: Rows, features: pd.DataFrame = features) -> Labels:
                part = fit_behaviour_space(features.iloc[rows], settings)[1]
                return _plain(part, settings.cluster_count)

            everyone = np.arange(len(features))
            labels, theirs = ours(everyone), plain(everyone)
            by_count = {count: _plain(places, count) for count in range(2, 7)}
            best = max(adjusted_rand_score(truth, found) for found in by_count.values())
            shown = adjusted_rand_score(truth, labels)
            yield Compared(
                kind,
                kind != "continuum" and best >= CLEAR and best >= shown + CLEARER,
                _inertia(places, labels) / _inertia(places, theirs),
                _mean_stability(ours, len(features)),
                _mean_stability(plain, len(features)),
                float(np.bincount(theirs).min() / len(features)),
                float(silhouette_score(places, labels)),
                max(float(silhouette_score(places, found)) for found in by_count.values()),
            )


def _plain(places: Matrix, cluster_count: int) -> Labels:
    kmeans = KMeans(cluster_count, n_init=PLAIN_STARTS, random_state=SEED)
    return np.asarray(kmeans.fit_predict(places), dtype=np.int64)


def _mean_stability(label: Any, customer_count: int) -> float:
    return float(metrics.stability(label, customer_count, repeat_count=REPEATS).mean())


def _inertia(places: Matrix, labels: Labels) -> float:
    centroids = np.array([places[labels == one].mean(axis=0) for one in np.unique(labels)])
    return float((distances(places, centroids).min(axis=1) ** 2).sum())


def main() -> None:
    tastes = pd.DataFrame(taste_rows()).groupby("tastes")
    print(tastes.mean().round(3).drop(columns="customers").to_markdown())
    print(tastes.agg("std").round(3).drop(columns="customers").to_markdown(), "\n")
    found = list(behaviour_rows())
    table = pd.DataFrame(
        {
            "kind": one.kind,
            "clearer groups": one.is_clearer,
            "inertia, right": one.speaks_by_inertia and one.is_clearer,
            "inertia, wrong": one.speaks_by_inertia and not one.is_clearer,
            "silhouette, right": one.speaks_by_silhouette and one.is_clearer,
            "silhouette, wrong": one.speaks_by_silhouette and not one.is_clearer,
            "populations": 1,
        }
        for one in found
    )
    print(table.groupby("kind", sort=False).sum().to_markdown())


if __name__ == "__main__":
    main()
