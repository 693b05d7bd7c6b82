r"""The tables of docs/clustering_study.md, from invoice files named on the command line.

    python -m benchmarks.clustering_study lines.parquet shop.csv \
        --as-of data 2011-06-01 2011-09-01 --months 2011-06-01 2011-07-01 --builds builds

Features come from the project's own dbt build, one for each file and as-of date; builds that are
in the folder already are used again. A file with customers of the home country counts twice: all
its customers, and the international ones. What follows a day is net of returns.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import yaml
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from benchmarks import metrics
from benchmarks.marts import make_marts
from customer_segments.backtesting.measures import FUTURE_ITEMS, OURS, Cutoff, measure_cutoff
from customer_segments.fitting.behaviour import BehaviourModel, fit_behaviour_space
from customer_segments.fitting.clustering import Labels, Matrix, Rows
from customer_segments.fitting.customers import Customers, item_matrix
from customer_segments.fitting.labels import crossed, match_labels
from customer_segments.fitting.segment_model import SegmentModel, fit_segments
from customer_segments.fitting.settings import Settings
from customer_segments.fitting.taste import TasteModel, fit_taste_space
from customer_segments.judging.cluster_counts import CountRule, choose_counts
from customer_segments.parallel import use_one_thread

PROJECT = Path(__file__).resolve().parents[1]
VARIABLES = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
SETTINGS = Settings(**{field.name: VARIABLES[field.name] for field in fields(Settings)})
RULE = CountRule(**{field.name: VARIABLES[field.name] for field in fields(CountRule)})
LARGEST = 4  # accounts that a segmentation should do without
PLAIN_STARTS = 25

# A design fits customers; what it decides once, such as numbers of clusters, it was given before.
Design = Callable[[Customers], SegmentModel]


@dataclass(frozen=True)
class Population:
    """Customers as of a day, what they had spent, and, but for the last day, what they did next."""

    name: str
    as_of: str
    customers: Customers
    future: pd.DataFrame

    @property
    def net_sales(self) -> Matrix:
        """Return what each customer had spent."""
        return self.customers.features["net_sales"].to_numpy(dtype=np.float64)


def with_settings(**values: Any) -> Callable[[Customers], Design]:
    """Return the project's fit with other variables; `auto` is decided for all customers, once."""

    def decide(customers: Customers) -> Design:
        settings = choose_counts(customers, replace(SETTINGS, **values), RULE)
        return lambda part: fit_segments(part, settings)

    return decide


def plain_kmeans(_: Customers) -> Design:
    """Return KMeans with the best of 25 random starts on both axes, two tastes."""
    settings = replace(SETTINGS, taste_cluster_count=2)

    def fit(part: Customers) -> SegmentModel:
        space, places = fit_behaviour_space(part.features, settings.behaviour)
        behaviour = BehaviourModel.of(space, _plain(places, settings.behaviour.cluster_count))
        taste_space, places = fit_taste_space(part.orders, part.stock_codes, settings.taste)
        taste = TasteModel.of(taste_space, _plain(places, settings.taste.cluster_count), places)
        return SegmentModel.of(behaviour, taste)

    return fit


DESIGNS: Mapping[str, Callable[[Customers], Design]] = {
    "anchored (the default)": with_settings(),
    "anchored, two tastes": with_settings(taste_cluster_count=2),
    "one step": with_settings(taste_cluster_count=2, kmeans_prior=0, kmeans_max_iter=1),
    "cuts": with_settings(taste_cluster_count=2, kmeans_max_iter=0),
    "plain KMeans": plain_kmeans,
}


def _plain(rows: Matrix, cluster_count: int) -> Matrix:
    use_one_thread()
    kmeans = KMeans(cluster_count, n_init=PLAIN_STARTS, random_state=SETTINGS.seed)
    return np.asarray(kmeans.fit(rows).cluster_centers_)


# --- data ---------------------------------------------------------------------------------------
def build(file: Path, as_of: str, folder: Path) -> Path:
    """Return the marts that dbt made of `file` as of a day."""
    return make_marts(
        folder / f"{file.stem}.{as_of}.duckdb",
        file,
        ["fct_customer_features", "fct_customer_items", "fct_sale_lines"],
        f"{{as_of: {as_of}, customer_scope: all}}",
    )


def populations(file: Path, as_of: str, folder: Path, home: str) -> Iterator[Population]:
    """Yield all customers of the file and, if that is a part, the international ones."""
    with duckdb.connect(str(build(file, as_of, folder)), read_only=True) as marts:
        features = marts.sql("from fct_customer_features order by customer_id").df()
        counts = marts.sql("from fct_customer_items order by customer_id, stock_code").df()
    future = pd.DataFrame(columns=["customer_id", "stock_code", "order_count", "net_sales"])
    if as_of != "data":
        with duckdb.connect(str(build(file, "data", folder)), read_only=True) as marts:
            future = marts.execute(FUTURE_ITEMS, [date.fromisoformat(as_of)]).df()
    abroad = features[features["country"] != home]
    yield Population(file.stem, as_of, Customers.of(features, counts), future)
    if len(abroad) < len(features):
        theirs = counts[counts["customer_id"].isin(abroad["customer_id"])]
        yield Population(f"{file.stem}, int'l", as_of, Customers.of(abroad, theirs), future)


def cutoff_of(population: Population, labels: dict[str, Labels]) -> Cutoff:
    """Return the population with labels by design, and what it did next."""
    customers, future = population.customers, population.future
    ids = customers.features["customer_id"].to_numpy(dtype=object)
    spend = future.groupby("customer_id")["net_sales"].sum().reindex(ids, fill_value=0.0)
    stock_codes = np.unique(np.concatenate([customers.stock_codes, future["stock_code"]]))
    known = np.searchsorted(stock_codes, customers.stock_codes)
    past = customers.orders.tocoo()
    past_items = item_matrix(
        pd.DataFrame(
            {
                "customer_id": ids[past.row],
                "stock_code": stock_codes[known[past.col]],
                "order_count": past.data,
            }
        ),
        ids,
        stock_codes,
    )
    return Cutoff(
        date.fromisoformat(population.as_of),
        labels,
        {},
        population.net_sales,
        spend.to_numpy(dtype=np.float64),
        past_items,
        item_matrix(future, ids, stock_codes),
        VARIABLES["next_best_prior_customers"],
    )


# --- tables -------------------------------------------------------------------------------------
def three(model: SegmentModel, customers: Customers) -> Labels:
    """Return labels of customers, (customers, 3): behaviour, taste, segment."""
    labels = model.predict(customers)
    return np.column_stack([labels, crossed(labels)])


def stability_row(population: Population, design: Design, repeat_count: int) -> list[str]:
    """Return mean and its 95 % interval by axis, agreement without the largest accounts, sizes."""
    customers = population.customers

    def label_subsample(rows: Rows) -> Labels:
        part = customers.part(rows)
        return three(design(part), part)

    found = metrics.stability(label_subsample, len(customers), repeat_count=repeat_count)
    errors = 1.96 * found.std(axis=0, ddof=1) / np.sqrt(len(found))
    cells = [f"{mean:.3f} ± {error:.3f}" for mean, error in zip(found.mean(0), errors, strict=True)]
    others = np.sort(np.argsort(-population.net_sales, kind="stable")[LARGEST:])
    model = design(customers)
    with_them = three(model, customers.part(others))
    without = three(design(customers.part(others)), customers.part(others))
    cells += [f"{adjusted_rand_score(with_them[:, axis], without[:, axis]):.3f}" for axis in (0, 2)]
    steps = [
        str(end.step_count) if end.is_converged else f"{end.step_count} of more"
        for end in model.convergence or ()
    ]
    tastes = len(model.taste.centroids)
    return [*cells, str(tastes), ", ".join(steps) or "-"]


def backtest_rows(population: Population, designs: dict[str, Design]) -> Iterator[list[str]]:
    """Yield sizes and what the labels say about what follows, by design, with intervals."""
    customers = population.customers
    labels = {name: three(design(customers), customers)[:, 2] for name, design in designs.items()}
    first = next(iter(labels))
    table = measure_cutoff(
        cutoff_of(population, {OURS if name == first else name: labels[name] for name in labels})
    )
    for name in labels:
        rows = table[table["design"] == (OURS if name == first else name)].set_index("measure")
        sizes = [f"{value:.3f}" for value in rows.loc[["smallest_share", "largest_share"], "value"]]
        measured = rows.drop(["smallest_share", "largest_share"])
        yield [name, *sizes, *(_with_interval(row) for row in measured.to_dict("records"))]


def _with_interval(row: Mapping[Any, float]) -> str:
    cell = f"{row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
    if np.isnan(row["difference"]):
        return cell
    return (
        f"{cell}; {row['difference']:+.3f} "
        f"({row['difference_low']:+.3f} to {row['difference_high']:+.3f})"
    )


def replay(
    months: Sequence[Population], decide: Callable[[Customers], Design]
) -> tuple[float, float]:
    """Return shares of customers whose label changes in a month: by behaviour, by a refit."""
    by_behaviour, by_refit = [], []
    for before, after in pairwise(months):
        design = decide(before.customers)
        stored, refit = design(before.customers), design(after.customers)
        labels = [
            _by_customer(model, population)
            for model, population in ((stored, before), (stored, after), (refit, after))
        ]
        by_behaviour.append(1 - metrics.continuity(labels[0], labels[1]))
        matched = match_labels(labels[1], labels[2])
        is_common = labels[1].index.isin(labels[0].index)
        by_refit.append(float((matched != labels[1].to_numpy())[is_common].mean()))
    return float(np.mean(by_behaviour)), float(np.mean(by_refit))


def _by_customer(model: SegmentModel, population: Population) -> "pd.Series[int]":
    behaviour, taste = model.predict(population.customers).T
    ids = population.customers.features["customer_id"]
    return pd.Series(behaviour * (taste.max() + 1) + taste, index=ids)


def show(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def head(*cells: str) -> None:
    print()
    show(*cells)
    show(*["---"] * len(cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--as-of", nargs="*", default=["data"], help="dates of stability, backtest")
    parser.add_argument("--months", nargs="*", default=[], help="as-of dates of the replay")
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--builds", type=Path, default=PROJECT / "target" / "clustering_study")
    parser.add_argument("--designs", nargs="*", default=list(DESIGNS), choices=list(DESIGNS))
    parser.add_argument("--home", default="United Kingdom")
    options = parser.parse_args()
    folder = options.builds.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    files = [file.absolute() for file in options.files]
    deciders = {name: DESIGNS[name] for name in options.designs}

    def all_populations(as_of: str) -> Iterator[Population]:
        for file in files:
            yield from populations(file, as_of, folder, options.home)

    head(
        *("customers as of", "design", "behaviour", "taste", "crossed"),
        *("whales: behaviour", "crossed", "tastes", "steps"),
    )
    for as_of in options.as_of:
        for population in all_populations(as_of):
            place = f"{population.name} ({len(population.customers):,}) @ {as_of}"
            for name, decide in deciders.items():
                design = decide(population.customers)
                show(place, name, *stability_row(population, design, options.repeats))

    head("customers @ cutoff", "design", "min", "max", "eta2_adj", "auc", "gini", "bits", "lift")
    for cutoff in (as_of for as_of in options.as_of if as_of != "data"):
        for population in all_populations(cutoff):
            designs = {name: decide(population.customers) for name, decide in deciders.items()}
            for row in backtest_rows(population, designs):
                show(f"{population.name} @ {cutoff}", *row)

    head("customers, month by month", "design", "moved by behaviour", "moved by a refit")
    by_name: dict[str, list[Population]] = {}
    for month in options.months:
        for population in all_populations(month):
            by_name.setdefault(population.name, []).append(population)
    for group, months in by_name.items():
        for name, decide in deciders.items():
            show(group, name, *(f"{share:.3f}" for share in replay(months, decide)))


if __name__ == "__main__":
    main()
