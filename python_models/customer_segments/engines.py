"""The one place that tells the engines apart: what Python models read, and where axes are fitted.

dbt hands a Python model its refs as relations of DuckDB or as data frames of Spark. DuckDB is in
this process, so all rows come along and scikit-learn fits. Spark's rows stay where they are: the
axes are fitted there to all customers, and only small tables and seeded samples come along.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from customer_segments.segment_model import Customers, SegmentModel, Settings


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
    """Return the rows of `relation` ordered by `keys`; of Spark's, those of some customers.

    Who they are, at most `customer_limit`, follows from their ids and `seed`.
    """
    if is_spark(relation):
        relation = relation.join(_chosen(relation, customer_limit, seed), "customer_id", "semi")
    return read(relation, *keys)


def read_customers(features: Any, counts: Any, *, customer_limit: int, seed: int) -> "Customers":
    """Return the customers of `features` with their items; of Spark's, a sample as above."""
    from customer_segments.segment_model import Customers

    if not is_spark(features):
        return Customers.read(features, counts)
    chosen = _chosen(features, customer_limit, seed)
    return Customers.of(
        *(read(relation.join(chosen, "customer_id", "semi")) for relation in (features, counts))
    )


def fit_segments(features: Any, counts: Any, settings: "Settings") -> "SegmentModel | None":
    """Return both axes fitted to all customers by Spark; None where all were read."""
    if not is_spark(features):
        return None
    from customer_segments import spark_fit

    return spark_fit.fit_segments(features, counts, settings)


def _chosen(relation: Any, customer_limit: int, seed: int) -> Any:
    """Return the ids of the customers that stand for all of a data frame of Spark."""
    return (
        relation.select("customer_id")
        .distinct()
        .selectExpr("customer_id", f"xxhash64(customer_id, {seed}L) as place")
        .orderBy("place", "customer_id")
        .limit(customer_limit)
        .select("customer_id")
    )


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
