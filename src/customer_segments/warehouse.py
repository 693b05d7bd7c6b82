"""The warehouse of a build, opened for reading: two files, of which the marts are published."""

from pathlib import Path

import duckdb

from customer_segments.project import marts_of


def open_warehouse(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection in which every table of a build has its name: `fct_orders`, `seeds.x`."""
    connection = duckdb.connect()
    for name, file in (("warehouse", warehouse), ("marts", marts_of(warehouse))):
        quoted = str(file).replace("'", "''")
        connection.execute(f"attach '{quoted}' as {name} (read_only)")
    connection.execute("set search_path = 'warehouse.main,marts.main'")
    return connection
