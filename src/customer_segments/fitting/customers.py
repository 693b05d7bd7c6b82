"""Customers as the fit sees them: features, and orders per item, read from relations of dbt.

The axes need all of them side by side or, where they are too many, a seeded sample. Both engines
choose the same customers for a sample.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from customer_segments.fitting.clustering import Rows
from customer_segments.relations import count_rows, is_spark, read, rows_of, sampled_customers

Keys = NDArray[np.object_]


@dataclass(frozen=True)
class Customers:
    """Customers side by side: features, one row each, and orders, (customers, items)."""

    features: pd.DataFrame
    orders: sparse.csr_array
    stock_codes: Keys

    @classmethod
    def of(cls, features: pd.DataFrame, counts: pd.DataFrame) -> "Customers":
        """Return those of `features`, ordered by customer_id, with their rows of `counts`."""
        ordered = features.sort_values("customer_id", ignore_index=True)
        stock_codes = np.unique(counts["stock_code"].to_numpy(dtype=object))
        customer_ids = ordered["customer_id"].to_numpy(dtype=object)
        return cls(ordered, item_matrix(counts, customer_ids, stock_codes), stock_codes)

    @classmethod
    def read(cls, features: Any, counts: Any) -> "Customers":
        """Return the same of two relations of DuckDB."""
        pairs, stock_codes = numbered_pairs(features, counts)
        ordered = features.order("customer_id").df()
        columns = pairs.to_arrow_table().columns
        places, items, orders = (column.to_numpy() for column in columns)
        shape = (len(ordered), len(stock_codes))
        matrix = sparse.csr_array((orders, (places, items)), shape=shape)
        matrix.sort_indices()  # one order of the sums, whatever the order of the rows
        return cls(ordered, matrix, stock_codes)

    def part(self, rows: Rows) -> "Customers":
        """Return the customers at these positions."""
        return replace(self, features=self.features.iloc[rows], orders=self.orders[rows])

    def __len__(self) -> int:
        """Return the number of customers."""
        return len(self.features)


def read_customers(
    features: Any, counts: Any, *, fit_limit: int, sample_limit: int, seed: int
) -> Customers:
    """Return the customers of `features` with their items; beyond a limit, a seeded sample.

    The limit is `fit_limit`, with Spark, which needs them for what is measured on a sample only,
    `sample_limit`.
    """
    if is_spark(features):
        chosen = sampled_customers(features, sample_limit, seed)
        return Customers.of(*(read(rows_of(table, chosen)) for table in (features, counts)))
    if count_rows(features) <= fit_limit:
        return Customers.read(features, counts)
    chosen = sampled_customers(features, fit_limit, seed)
    return Customers.read(*(rows_of(table, chosen) for table in (features, counts)))


def numbered_pairs(features: Any, counts: Any) -> tuple[Any, Keys]:
    """Return place of the customer, item and order_count of each row of `counts`, and the items.

    All are relations of DuckDB, which numbers customers and items from 0: of pairs there are many,
    and their names would take ten times the memory.
    """
    number = "{0}, cast(row_number() over (order by {0}) - 1 as integer) as {1}"
    ids = features.project(number.format("customer_id", "place")).set_alias("ids")
    codes = counts.aggregate("stock_code")
    items = codes.project(number.format("stock_code", "item")).set_alias("items")
    stock_codes = items.order("item").df()["stock_code"].to_numpy(dtype=object)
    pairs = counts.join(ids, "customer_id").join(items, "stock_code")
    return pairs.project("place, item, cast(order_count as double) as order_count"), stock_codes


def item_matrix(counts: pd.DataFrame, customer_ids: Keys, stock_codes: Keys) -> sparse.csr_array:
    """Return orders per customer and item, (customers, items); other pairs are left out."""
    rows = pd.Index(customer_ids).get_indexer(pd.Index(counts["customer_id"]))
    columns = pd.Index(stock_codes).get_indexer(pd.Index(counts["stock_code"]))
    known = (rows >= 0) & (columns >= 0)
    orders = counts["order_count"].to_numpy(dtype=np.float64)[known]
    shape = (len(customer_ids), len(stock_codes))
    matrix = sparse.csr_array((orders, (rows[known], columns[known])), shape=shape)
    matrix.sort_indices()  # one order of the sums, whatever the order of the rows
    return matrix
