"""The core of the project as a hand-written DuckDB script: the same rows, without dbt.

    python -m benchmarks.peers.duckdb_script lines.parquet folder [texts]

The SQL is in duckdb_script.sql. It leaves tables on keys and views of their texts, or with `texts`
these views written out too.
"""

import os
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from benchmarks.peers import fits
from benchmarks.peers.texts import write_texts


def fit(connection: duckdb.DuckDBPyConnection) -> None:
    """Label everyone; write the model and the labels."""
    columns = ", ".join(["customer_id", *fits.BEHAVIOUR_FEATURES])
    features = connection.sql(f"select {columns} from customer_features order by customer_key")
    pairs = connection.sql("select customer_key, item_key, order_count from customer_items")
    codes = connection.sql("""
        from stock_codes semi join customer_items using (item_key)
        select stock_code order by item_key
    """)
    customer_keys, item_keys, order_counts = pairs.fetchnumpy().values()
    stock_codes = codes.df()["stock_code"].to_numpy(dtype=object)
    labels, model = fits.fit(features.df(), customer_keys, item_keys, order_counts, stock_codes)
    write(connection, "customer_segments", labels)
    write(connection, "model_parameters", model)


def write(connection: duckdb.DuckDBPyConnection, name: str, rows: pd.DataFrame) -> None:
    """Write rows to a table, as Arrow."""
    connection.register("arrow_rows", pa.Table.from_pandas(rows, preserve_index=False))
    connection.execute(f"create table {name} as from arrow_rows")
    connection.unregister("arrow_rows")


def main(lines: str, folder: str, form: str = "keys") -> None:
    """Write core.duckdb in the folder."""
    script = (Path(__file__).with_suffix(".sql")).read_text()
    kinds = fits.PROJECT / "seeds" / "stock_code_kinds.csv"
    before, after = (
        script.replace("$lines", f"'{lines}'").replace("$kinds", f"'{kinds}'").split("-- fit\n")
    )
    settings = {"storage_compatibility_version": "latest"}  # as profiles.yml
    if limit := os.environ.get("SEGMENTS_MEMORY_LIMIT"):
        settings["memory_limit"] = limit
    with duckdb.connect(str(Path(folder) / "core.duckdb"), config=settings) as connection:
        connection.execute(before)
        fit(connection)
        connection.execute(after)
        if form == "texts":
            views = ("lines", "sale_lines", "orders", "customer_items")
            write_texts(connection, folder, {name: f"{name}_texts" for name in views})


if __name__ == "__main__":
    main(*sys.argv[1:])
