"""The published database as the report reads it: SQL in files, rows as dictionaries."""

from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import duckdb

QUERIES = Path(__file__).parent / "queries"
Row = dict[str, Any]


class ReportError(ValueError):
    """The page would not draw. The message says what it lacks."""


class Database:
    """A published database, open for reading."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep the connection; who opened it closes it."""
        self._connection = connection

    def rows(self, query: str) -> list[Row]:
        """Return the rows of queries/<query>.sql, amounts as floats.

        Raises ReportError for a number that is none (0/0): no chart could show it.
        """
        result = self._connection.execute((QUERIES / f"{query}.sql").read_text(encoding="utf-8"))
        names = [column[0] for column in result.description]
        rows = [dict(zip(names, map(_plain, values), strict=True)) for values in result.fetchall()]
        for row in rows:
            for name, value in row.items():
                if isinstance(value, float) and not isfinite(value):
                    raise ReportError(f"{name} of queries/{query}.sql is {value}, no number")
        return rows

    def row(self, query: str) -> Row:
        """Return the only row of a query."""
        [row] = self.rows(query)
        return row


def _plain(value: Any) -> Any:
    """Return what JSON and format strings take."""
    return float(value) if isinstance(value, Decimal) else value
