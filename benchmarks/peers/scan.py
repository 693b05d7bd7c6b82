"""The lower bound: read the columns that any way needs, and do nothing with them.

python -m benchmarks.peers.scan lines.parquet folder
"""

import sys

import duckdb

COLUMNS = "InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country"


def main(lines: str, _folder: str) -> None:
    """Decode every value: the largest of each column cannot be known without."""
    largest = ", ".join(f"max(hash({column}))" for column in COLUMNS.split(", "))
    duckdb.execute(f"select {largest} from read_parquet(?)", [lines]).fetchall()


if __name__ == "__main__":
    main(*sys.argv[1:])
