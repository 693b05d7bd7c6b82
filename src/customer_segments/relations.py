"""Relations of dbt, whichever engine holds them: how rows, counts and samples are read.

dbt hands a Python model its refs as relations of DuckDB, which is in this process, or as data
frames of Spark, whose rows stay where they are: only small tables and seeded samples come along.
Both engines choose the same customers for a sample.
"""

from typing import Any

import pandas as pd


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


def sampled_customers(relation: Any, customer_limit: int, seed: int) -> Any:
    """Return the ids of the customers that stand for all: the first in an order without meaning."""
    place = f"md5(concat(customer_id, '{seed}')) as place"
    if is_spark(relation):
        ids = relation.select("customer_id").distinct().selectExpr("customer_id", place)
        return ids.orderBy("place", "customer_id").limit(customer_limit).select("customer_id")
    ids = relation.project("customer_id").distinct().project(f"customer_id, {place}")
    return ids.order("place, customer_id").limit(customer_limit).set_alias("chosen")


def rows_of(relation: Any, customers: Any) -> Any:
    """Return the rows of `relation` of the customers in `customers`."""
    return relation.join(customers, "customer_id", "semi")


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
