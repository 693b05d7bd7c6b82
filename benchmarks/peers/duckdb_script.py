"""The core of the project as a hand-written DuckDB script: the same rows, without dbt.

    python -m benchmarks.peers.duckdb_script lines.parquet folder

The SQL is in duckdb_script.sql. Fits are those of the project, handed a matrix of places that SQL
has numbered.
"""

import os
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from benchmarks.peers import fits
from benchmarks.peers.fits import PROJECT

FEATURES = "select {} from customer_features order by customer_id"
MATRIX = """
    select customer_rows.place as row, item_columns.place as column, order_count
    from customer_item_counts
    inner join customer_rows using (customer_id)
    inner join item_columns using (stock_code)
    order by 1, 2
"""


def fit(connection: duckdb.DuckDBPyConnection) -> None:
    """Label everyone; write the model and the labels."""
    columns = ", ".join(["customer_id", *fits.BEHAVIOUR_FEATURES])
    features = connection.sql(FEATURES.format(columns)).df()
    cells = connection.sql(MATRIX).fetchnumpy()
    stock_codes = connection.sql("select stock_code from item_columns order by place").df()
    labels, model = fits.fit(
        features,
        cells["row"],
        cells["column"],
        cells["order_count"],
        stock_codes["stock_code"].to_numpy(dtype=object),
    )
    write(connection, "customer_clusters", labels)
    write(connection, "model_parameters", model)


def write(connection: duckdb.DuckDBPyConnection, name: str, rows: pd.DataFrame) -> None:
    """Write rows to a table, as Arrow."""
    connection.register("arrow_rows", pa.Table.from_pandas(rows, preserve_index=False))
    connection.execute(f"create table {name} as from arrow_rows")
    connection.unregister("arrow_rows")


def main(lines: str, folder: str) -> None:
    """Write core.duckdb in the folder."""
    script = (Path(__file__).with_suffix(".sql")).read_text()
    paths = {"lines": lines} | {
        name: str(PROJECT / "seeds" / f"{file}.csv")
        for name, file in {
            "kinds": "stock_code_kinds",
            "keywords": "product_family_keywords",
            "playbook": "segment_playbook",
        }.items()
    }
    for name, path in paths.items():
        script = script.replace(f"${name}", f"'{path}'")
    before, after = script.split("-- fit\n")
    settings = {"storage_compatibility_version": "latest"}  # as profiles.yml
    if limit := os.environ.get("SEGMENTS_MEMORY_LIMIT"):
        settings["memory_limit"] = limit
    with duckdb.connect(str(Path(folder) / "core.duckdb"), config=settings) as connection:
        connection.execute(before)
        fit(connection)
        connection.execute(after)


if __name__ == "__main__":
    main(*sys.argv[1:])
