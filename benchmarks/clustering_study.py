r"""The tables of docs/clustering_study.md, from invoice files named on the command line.

    python -m benchmarks.clustering_study lines.parquet shop.csv \
        --cutoffs 2011-06-01 2011-09-01 --months 2011-06-01 2011-07-01 --builds builds

Features come from the project's own dbt build, one for each file and as-of date; builds that are
in the folder already are used again. A file with customers of the home country counts twice: all
its customers, and the international ones. What follows a cutoff is net of returns.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from benchmarks import metrics
from benchmarks.marts import make_marts
from customer_segments.backtesting.baselines import EXERCISE_FEATURES, exercise_labels
from customer_segments.fitting.clustering import Labels, Matrix, distances, nearest
from customer_segments.fitting.customers import Customers, Keys, item_matrix
from customer_segments.fitting.labels import match_labels
from customer_segments.fitting.segment_model import fit_segments
from customer_segments.fitting.settings import Settings
from customer_segments.fitting.taste import fit_taste_space

PROJECT = Path(__file__).resolve().parents[1]
COLUMNS = ["net_sales", "order_count", "recency_days"]
CLIP_SHARE, SEED = 0.01, 20101201
SETTINGS = Settings(
    behaviour_features=COLUMNS,
    feature_units={"days": ["recency_days"], "count": ["order_count"], "money": ["net_sales"]},
    behaviour_cluster_count=4,
    behaviour_clip_share=CLIP_SHARE,
    taste_cluster_count=2,
    taste_component_count=4,
    item_min_customers=5,
    kmeans_max_iter=1,
    random_seed=SEED,
)
LARGEST = 4  # accounts that a segmentation should do without


@dataclass(frozen=True)
class Population:
    """Customers as of a day: features and items before it, spend and items after it."""

    name: str
    as_of: str
    features: pd.DataFrame
    counts: pd.DataFrame
    past_items: sparse.csr_array
    future_items: sparse.csr_array
    future_spend: Matrix
    exercise: pd.DataFrame

    def part(self, rows: Labels) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return features and item counts of the customers at these positions."""
        features = self.features.iloc[rows]
        return features, self.counts[self.counts["row"].isin(rows)]


# --- designs: features and counts of some customers in, a function that labels customers out ----
Scorer = Callable[[pd.DataFrame, pd.DataFrame], Labels]
Design = Callable[[pd.DataFrame, pd.DataFrame], tuple[Scorer, Scorer]]


def from_cuts(max_iter: int) -> Design:
    """Return the project's design with as many Lloyd steps from the cuts."""

    def fit(features: pd.DataFrame, counts: pd.DataFrame) -> tuple[Scorer, Scorer]:
        model = fit_segments(Customers.of(features, counts), SETTINGS.with_max_iter(max_iter))
        return (
            lambda features, _: nearest(model.behaviour.distances(features)),
            lambda features, counts: nearest(model.taste.distances(*_orders(features, counts))),
        )

    return fit


def kmeans(recency: Callable[[Matrix], Matrix]) -> Design:
    """Return the design of exact KMeans with 25 starts on both axes."""

    def scaled(features: pd.DataFrame) -> Matrix:
        values = features[COLUMNS].to_numpy(dtype=np.float64)
        return np.column_stack([np.log1p(values[:, :2]), recency(values[:, 2])])

    def fit(features: pd.DataFrame, counts: pd.DataFrame) -> tuple[Scorer, Scorer]:
        places = scaled(features)
        low, high = np.quantile(places, [CLIP_SHARE, 1 - CLIP_SHARE], axis=0)
        scaler = StandardScaler().fit(places.clip(low, high))
        centroids = _kmeans(scaler.transform(places.clip(low, high)), 4)
        space, latent = fit_taste_space(*_orders(features, counts), SETTINGS.taste)
        tastes = _kmeans(latent, 2)
        return (
            lambda features, _: nearest(
                distances(scaler.transform(scaled(features).clip(low, high)), centroids)
            ),
            lambda features, counts: nearest(
                distances(space.transform(*_orders(features, counts)), tastes)
            ),
        )

    return fit


DESIGNS: dict[str, Design] = {
    "KMeans, log of recency": kmeans(np.log1p),
    "KMeans, root of recency": kmeans(np.sqrt),
    "cuts alone": from_cuts(0),
    "KMeans from cuts (chosen)": from_cuts(1),
}


def _kmeans(rows: Matrix, cluster_count: int) -> Matrix:
    with threadpool_limits(limits=1):
        model = KMeans(cluster_count, n_init=25, random_state=SEED).fit(rows)
    return np.asarray(model.cluster_centers_)


def _orders(features: pd.DataFrame, counts: pd.DataFrame) -> tuple[sparse.csr_array, Keys]:
    """Return orders, (customers, items), and the items."""
    ids = features["customer_id"].to_numpy(dtype=object)
    stock_codes = np.unique(counts["stock_code"].to_numpy(dtype=object))
    return item_matrix(counts, ids, stock_codes), stock_codes


def label(design: Design, population: Population, fit_on: Labels, score: Labels) -> Labels:
    """Return labels of `score`, (customers, 3): behaviour, taste, crossed; fitted to `fit_on`."""
    scorers = design(*population.part(fit_on))
    behaviour, taste = (scorer(*population.part(score)) for scorer in scorers)
    return np.column_stack([behaviour, taste, 2 * behaviour + taste - 2])


# --- data ---------------------------------------------------------------------------------------
def build(file: Path, as_of: str, folder: Path) -> Path:
    """Return the marts that dbt made of `file` as of a day."""
    return make_marts(
        folder / f"{file.stem}.{as_of}.duckdb",
        file,
        ["fct_customer_features", "fct_customer_items", "fct_baseline_features"],
        f"{{as_of: {as_of}, customer_scope: all}}",
    )


def populations(file: Path, as_of: str, folder: Path, home: str) -> Iterator[Population]:
    """Yield all customers of the file and, if that is a part, the international ones."""
    with duckdb.connect(str(build(file, as_of, folder)), read_only=True) as marts:
        features = marts.sql("from fct_customer_features order by customer_id").df()
        counts = marts.sql("from fct_customer_items order by customer_id, stock_code").df()
        exercise = marts.sql("from fct_baseline_features").df()
    with duckdb.connect(str(build(file, "data", folder)), read_only=True) as marts:
        future = marts.sql(
            "select customer_id, stock_code, cast(net_sales as double) as net_sales"
            f" from fct_sale_lines where net_unit_count > 0 and invoiced_at >= '{as_of}'"
            if as_of != "data"
            else "select '' as customer_id, '' as stock_code, 0.0 as net_sales limit 0"
        ).df()
    named = partial(_population, as_of=as_of, counts=counts, future=future, exercise=exercise)
    yield named(name=file.stem, features=features)
    abroad = features[features["country"] != home].reset_index(drop=True)
    if len(abroad) < len(features):
        yield named(name=f"{file.stem}, int'l", features=abroad)


def _population(
    *,
    name: str,
    as_of: str,
    features: pd.DataFrame,
    counts: pd.DataFrame,
    future: pd.DataFrame,
    exercise: pd.DataFrame,
) -> Population:
    ids = pd.Index(features["customer_id"])
    codes = np.unique(np.concatenate([counts["stock_code"], future["stock_code"]]))

    def matrix(pairs: pd.DataFrame) -> sparse.csr_array:
        once = pairs[["customer_id", "stock_code"]].drop_duplicates().assign(order_count=1)
        return item_matrix(once, ids.to_numpy(dtype=object), codes)

    counts = counts.assign(row=ids.get_indexer(counts["customer_id"]))
    spend = future.groupby("customer_id")["net_sales"].sum().reindex(ids, fill_value=0)
    return Population(
        name,
        as_of,
        features,
        counts[counts["row"] >= 0],
        matrix(counts),
        matrix(future),
        spend.to_numpy(dtype=np.float64),
        exercise.set_index("customer_id").reindex(ids)[EXERCISE_FEATURES].fillna(0),
    )


# --- tables -------------------------------------------------------------------------------------
def stability_row(population: Population, design: Design, repeat_count: int) -> list[str]:
    """Return mean and 10th percentile by axis, and agreement without the largest accounts."""
    found = metrics.stability(
        lambda rows: label(design, population, rows, rows),
        len(population.features),
        repeat_count=repeat_count,
    )
    cells = [f"{axis.mean():.3f} / {np.quantile(axis, 0.1):.3f}" for axis in found.T]
    by_size = np.argsort(-population.features["net_sales"].to_numpy(dtype=np.float64))
    others, everybody = np.sort(by_size[LARGEST:]), np.arange(len(by_size))
    with_them, without = (label(design, population, fit, others) for fit in (everybody, others))
    cells += [f"{adjusted_rand_score(with_them[:, axis], without[:, axis]):.3f}" for axis in (0, 2)]
    return cells


def backtest_row(population: Population, labels: Labels) -> list[str]:
    """Return shares and what the labels say about what follows."""
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    past = population.features["net_sales"].to_numpy(dtype=np.float64)
    items = population.past_items, population.future_items, labels
    spend = population.future_spend
    return [
        f"{shares.min():.3f}",
        f"{shares.max():.3f}",
        f"{metrics.eta2_adj(spend, labels):.3f}",
        f"{metrics.auc(spend, labels):.3f}",
        f"{metrics.gini(past, spend, labels):.3f}",
        f"{metrics.item_bits(*items):.3f}",
        f"{metrics.rec_lift(*items):.3f}",
    ]


def replay(months: list[Population], design: Design) -> tuple[float, float]:
    """Return shares of customers whose label changes in a month: by behaviour, by a refit."""
    by_behaviour, by_refit = [], []
    for before, after in pairwise(months):
        stored = design(before.features, before.counts)
        refit = design(after.features, after.counts)
        labels = [
            _crossed(model, population)
            for model, population in ((stored, before), (stored, after), (refit, after))
        ]
        by_behaviour.append(1 - metrics.continuity(labels[0], labels[1]))
        matched = match_labels(labels[1], labels[2])
        is_common = labels[1].index.isin(labels[0].index)
        by_refit.append(float((matched != labels[1].to_numpy())[is_common].mean()))
    return float(np.mean(by_behaviour)), float(np.mean(by_refit))


def _crossed(scorers: tuple[Scorer, Scorer], population: Population) -> "pd.Series[int]":
    behaviour, taste = (scorer(population.features, population.counts) for scorer in scorers)
    return pd.Series(2 * behaviour + taste - 2, index=population.features["customer_id"])


def show(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--cutoffs", nargs="*", default=[], help="dates of backtests")
    parser.add_argument("--months", nargs="*", default=[], help="as-of dates of the replay")
    parser.add_argument("--stability-at", nargs="*", default=["data"])
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--builds", type=Path, default=PROJECT / "target" / "clustering_study")
    parser.add_argument("--designs", nargs="*", default=list(DESIGNS), choices=list(DESIGNS))
    parser.add_argument("--home", default="United Kingdom")
    options = parser.parse_args()
    folder = options.builds.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    files = [file.absolute() for file in options.files]
    designs = {name: DESIGNS[name] for name in options.designs}

    def all_populations(as_of: str) -> Iterator[Population]:
        for file in files:
            yield from populations(file, as_of, folder, options.home)

    if options.cutoffs:
        show(
            "customers @ cutoff", "design", "min", "max", "eta2_adj", "auc", "gini", "bits", "lift"
        )
        show(*["---"] * 9)
    for cutoff in options.cutoffs:
        for population in all_populations(cutoff):
            rows = np.arange(len(population.features))
            place = f"{population.name} @ {cutoff}"
            exercise = exercise_labels(population.exercise)
            show(place, "the exercise", *backtest_row(population, exercise))
            for name, design in designs.items():
                labels = label(design, population, rows, rows)[:, 2]
                show(place, name, *backtest_row(population, labels))

    if options.months:
        print()
        show("customers, month by month", "design", "moved by behaviour", "moved by a refit")
        show(*["---"] * 4)
        by_name: dict[str, list[Population]] = {}
        for month in options.months:
            for population in all_populations(month):
                by_name.setdefault(population.name, []).append(population)
        for group, months in by_name.items():
            for name, design in designs.items():
                show(group, name, *(f"{share:.3f}" for share in replay(months, design)))

    print()
    show(
        "customers as of", "design", "behaviour", "taste", "crossed", "whales: behaviour", "crossed"
    )
    show(*["---"] * 7)
    for as_of in options.stability_at:
        for population in all_populations(as_of):
            place = f"{population.name} ({len(population.features):,}), {as_of}"
            for name, design in designs.items():
                show(place, name, *stability_row(population, design, options.repeats))


if __name__ == "__main__":
    main()
