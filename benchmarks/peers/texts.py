"""Write out the texts of a build: its views of lines, orders and items, each as a table.

python -m benchmarks.peers.texts folder
"""

import sys
from pathlib import Path

import duckdb

from customer_segments.warehouse import open_warehouse

VIEWS = {
    "lines": "intermediate.int_invoice_lines_classified",
    "sale_lines": "fct_sale_lines",
    "orders": "fct_orders",
    "customer_items": "fct_customer_items",
}


def write_texts(connection: duckdb.DuckDBPyConnection, folder: str, views: dict[str, str]) -> None:
    """Write each view to a table of texts.duckdb in the folder."""
    file = Path(folder) / "texts.duckdb"
    connection.execute(f"attach '{file}' as texts (storage_version 'latest')")
    for name, view in views.items():
        connection.execute(f"create table texts.{name} as from {view}")


def main(folder: str) -> None:
    """Write the views of the warehouse in the folder."""
    with open_warehouse(Path(folder) / "warehouse.duckdb") as connection:
        write_texts(connection, folder, VIEWS)


if __name__ == "__main__":
    main(*sys.argv[1:])
