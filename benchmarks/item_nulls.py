r"""In how many draws of baskets without any taste a build's comparison would find anything.

    python -m benchmarks.item_nulls warehouse.duckdb target --runs 100

`warehouse.duckdb` and `target` are those of a build. Each customer keeps its behaviour and how many
items it bought and when; which items they are is drawn by how many customers bought them. Tastes
are fitted again to each draw. docs/decisions/14-profiles.md has the figures.
"""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import yaml

from benchmarks.marts import PROJECT
from customer_segments.fitting.customers import Customers
from customer_segments.fitting.segment_model import fit_segments
from customer_segments.fitting.settings import Settings
from customer_segments.judging.half_ranges import half_range_tastes
from customer_segments.warehouse import open_warehouse

MODELS = (
    "int_compared_customers",
    "int_customer_products",
    "int_segment_product_counts",
    "int_product_strata",
    "int_product_comparisons",
)
READ = {
    "features": "from fct_customer_features order by customer_id",
    "counts": "from fct_customer_items order by customer_id, stock_code",
    "items": "select stock_code, product_family from dim_items order by 1",
    "halves": "from intermediate.int_range_halves order by stock_code",
    "clusters": "from intermediate.ml_customer_clusters order by customer_id",
    "as_of": "from intermediate.int_as_of",
}


@dataclass(frozen=True)
class Shop:
    """Tables of a build (READ), and the compiled SQL of MODELS."""

    features: pd.DataFrame
    counts: pd.DataFrame
    items: pd.DataFrame
    halves: pd.DataFrame
    clusters: pd.DataFrame
    as_of: pd.DataFrame
    sql: Mapping[str, str]

    @classmethod
    def read(cls, warehouse: duckdb.DuckDBPyConnection, target: Path) -> "Shop":
        """Return what a build has in its warehouse and its target folder."""
        tables = {name: warehouse.execute(query).df() for name, query in READ.items()}
        sql = {}
        for model in MODELS:
            [file] = [
                file
                for file in (target / "compiled").glob(f"*/models/**/{model}.sql")
                if not file.parent.suffix  # tests lie in folders of ymls
            ]
            sql[model] = re.sub(r'"(?:warehouse|marts)"\."\w+"\."(\w+)"', r"\1", file.read_text())
        return cls(**tables, sql=sql)


def without_taste(counts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return rows of the same customers, order counts and days, their items drawn by popularity.

    A customer's items are drawn without replacement (Gumbel's trick: the largest of log weight plus
    noise), a weight is the number of customers who bought the item.
    """
    random = np.random.default_rng(seed)
    popularity = counts["stock_code"].value_counts().sort_index()
    codes, weights = popularity.index.to_numpy(dtype=object), np.log(popularity.to_numpy())
    drawn = [
        codes[np.sort(np.argpartition(-(weights + random.gumbel(size=len(codes))), n - 1)[:n])]
        for n in counts.groupby("customer_id", sort=True).size()
    ]
    shuffled = counts.sample(frac=1, random_state=random).sort_values("customer_id", kind="stable")
    return shuffled.assign(stock_code=np.concatenate(drawn)).reset_index(drop=True)


def compared(
    shop: Shop, counts: pd.DataFrame, settings: Settings, *, is_by_halves: bool = True
) -> pd.DataFrame:
    """Return int_product_comparisons of these baskets, tastes fitted to them.

    With `is_by_halves` false tastes are told from all items, also those that they are compared on:
    what the halves are there to avoid.
    """
    customers = Customers.of(shop.features, counts)
    taste = fit_segments(customers, settings).predict(customers)[:, 1]
    clusters = shop.clusters.assign(taste_cluster_id=taste)
    tastes = half_range_tastes(customers, halves=shop.halves, clusters=clusters, settings=settings)
    if not is_by_halves:
        tastes = tastes.drop(columns="taste_cluster_id").merge(
            clusters[["customer_id", "taste_cluster_id"]], on="customer_id"
        )
    with duckdb.connect() as connection:
        for name, table in {
            "fct_customer_items": counts,
            "dim_items": shop.items,
            "int_range_halves": shop.halves,
            "ml_customer_clusters": clusters,
            "ml_half_range_tastes": tastes,
            "int_as_of": shop.as_of,
        }.items():
            connection.register(name, table)
        for model, sql in shop.sql.items():
            connection.execute(f"create table {model} as {sql}")
        found: pd.DataFrame = connection.sql("from int_product_comparisons").df()
    return found


def finds(table: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Return how many pairs are over-bought, by comparison and type of product."""
    found = table[table["is_over_bought"]].groupby(["compared", "product_type"]).size()
    groups = table[["compared", "product_type"]].drop_duplicates().itertuples(index=False)
    return {(str(pair[0]), str(pair[1])): int(found.get(tuple(pair), 0)) for pair in groups}


def default_settings(taste_count: int) -> Settings:
    """Return the settings of a fit by the defaults of dbt_project.yml, with so many tastes."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    names = Settings.__dataclass_fields__
    return Settings(**{name: project[name] for name in names}).with_count("taste", taste_count)


def main() -> None:
    """Print finds in the data as they are, and the share of draws with any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--tastes", type=int, default=2)
    arguments = parser.parse_args()
    with open_warehouse(arguments.warehouse) as warehouse:
        shop = Shop.read(warehouse, arguments.target)
    settings = default_settings(arguments.tastes)
    rows = {}
    for name, is_by_halves in (("by halves", True), ("by all items", False)):
        real = finds(compared(shop, shop.counts, settings, is_by_halves=is_by_halves))
        drawn = pd.DataFrame(
            [
                finds(
                    compared(
                        shop, without_taste(shop.counts, seed), settings, is_by_halves=is_by_halves
                    )
                )
                for seed in range(arguments.runs)
            ]
        )
        rows[name, "as it is"] = pd.Series(real)
        rows[name, "draws with any"] = (drawn > 0).mean()
        for kind in ("item", "family"):
            of_kind = [key for key in real if key[1] == kind]
            rows[name, f"draws with any {kind}"] = pd.Series(
                {("either", kind): (drawn[of_kind] > 0).any(axis=1).mean()}
            )
    print(pd.DataFrame(rows).T.round(3).to_string())


if __name__ == "__main__":
    main()
