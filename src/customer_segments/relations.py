"""The one place that tells the engines apart: what Python models read, and where axes are fitted.

dbt hands a Python model its refs as relations of DuckDB or as data frames of Spark. DuckDB is in
this process, so all rows come along and scikit-learn fits, up to a number of customers. Spark's
rows stay where they are: the axes are fitted there to all customers, and only small tables and
seeded samples come along. Both engines choose the same customers for a sample.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from customer_segments.fitting.segment_model import Customers, SegmentModel, Settings


def is_spark(relation: Any) -> bool:
    """Tell whether `relation` is a data frame of Spark, of a session here or of Spark Connect."""
    return type(relation).__module__.startswith("pyspark.")


def read(relation: Any, *keys: str, where: str = "true") -> pd.DataFrame:
    """Return the rows of `relation` for which `where` holds, ordered by `keys`."""
    if is_spark(relation):
        rows = relation.where(where)
        found: pd.DataFrame = _as_duckdb_has_them(rows.orderBy(*keys) if keys else rows)
        return found
    rows = relation.filter(where)
    found = (rows.order(", ".join(keys)) if keys else rows).df()
    return found


def count_rows(relation: Any) -> int:
    """Return the number of rows of `relation`."""
    if is_spark(relation):
        return int(relation.count())
    return int(relation.count("*").fetchall()[0][0])


def read_distinct(relation: Any, *columns: str) -> pd.DataFrame:
    """Return the distinct values of `columns`, ordered."""
    if is_spark(relation):
        return read(relation.select(*columns).distinct(), *columns)
    return read(relation.project(", ".join(columns)).distinct(), *columns)


def read_sample(relation: Any, *keys: str, customer_limit: int, seed: int) -> pd.DataFrame:
    """Return the rows of `relation`, ordered by `keys`, of at most `customer_limit` customers.

    Who they are follows from their ids and `seed`.
    """
    return read(_of_some(relation, _chosen(relation, customer_limit, seed)), *keys)


def read_customers(
    features: Any, counts: Any, *, fit_limit: int, sample_limit: int, seed: int
) -> "Customers":
    """Return the customers of `features` with their items; beyond a limit, a sample as above.

    The limit is `fit_limit`, with Spark, which needs them for what is measured on a sample only,
    `sample_limit`.
    """
    from customer_segments.fitting.segment_model import Customers

    if is_spark(features):
        chosen = _chosen(features, sample_limit, seed)
        return Customers.of(*(read(_of_some(table, chosen)) for table in (features, counts)))
    if count_rows(features) <= fit_limit:
        return Customers.read(features, counts)
    chosen = _chosen(features, fit_limit, seed)
    return Customers.read(*(_of_some(table, chosen) for table in (features, counts)))


def fit_segments(
    features: Any, counts: Any, settings: "Settings", customers: "Customers"
) -> "SegmentModel | None":
    """Return both axes fitted to all of `features`; None when `customers` are all there are."""
    if is_spark(features):
        from customer_segments.fitting import spark_fit

        return spark_fit.fit_segments(features, counts, settings)
    if len(customers) == count_rows(features):
        return None
    from customer_segments.fitting import batched_fit as sampled_fit

    return sampled_fit.fit_segments(features, counts, settings, customers)


def _chosen(relation: Any, customer_limit: int, seed: int) -> Any:
    """Return the ids of the customers that stand for all: the first in an order without meaning."""
    place = f"md5(concat(customer_id, '{seed}')) as place"
    if is_spark(relation):
        ids = relation.select("customer_id").distinct().selectExpr("customer_id", place)
        return ids.orderBy("place", "customer_id").limit(customer_limit).select("customer_id")
    ids = relation.project("customer_id").distinct().project(f"customer_id, {place}")
    return ids.order("place, customer_id").limit(customer_limit).set_alias("chosen")


def _of_some(relation: Any, chosen: Any) -> Any:
    """Return the rows of `relation` of the customers in `chosen`."""
    return relation.join(chosen, "customer_id", "semi")


def _as_duckdb_has_them(rows: Any) -> pd.DataFrame:
    """Return the rows of a data frame of Spark with the types of a DuckDB relation's."""
    types = {"decimal": "double", "date": "timestamp_ntz", "timestamp": "timestamp_ntz"}
    wanted = {name: types.get(kind.split("(")[0]) for name, kind in rows.dtypes}
    found: pd.DataFrame = (
        rows.selectExpr(
            *(
                f"cast({name} as {kind}) as {name}" if kind else name
                for name, kind in wanted.items()
            )
        )
        .toArrow()
        .to_pandas()
    )
    return found
