"""The core of the project as a hand-written DuckDB script: the same rows, without dbt.

    python -m benchmarks.peers.duckdb_script lines.parquet folder

The SQL is in duckdb_script.sql. Fits are those of the project, handed a matrix of places that SQL
has numbered.
"""

import os
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import yaml
from scipy import sparse

from customer_segments.confidence import fit_curve
from customer_segments.model_gate import Gate, measure_stability
from customer_segments.segment_model import Customers, Settings, fit_segments

PROJECT = Path(__file__).resolve().parents[2]
FEATURES = "select {} from customer_features order by customer_id"
MATRIX = """
    select customer_rows.place as row, item_columns.place as column, order_count
    from customer_item_counts
    inner join customer_rows using (customer_id)
    inner join item_columns using (stock_code)
    order by 1, 2
"""


def variables(*names: str) -> dict[str, object]:
    """Return variables of dbt_project.yml."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    return {name: project["vars"][name] for name in names}


def fit(connection: duckdb.DuckDBPyConnection) -> None:
    """Fit both axes, measure their stability, label everyone; write the model and the labels."""
    settings = Settings(**variables(*Settings.__dataclass_fields__))  # type: ignore[arg-type]
    gate = Gate(**variables(*Gate.__dataclass_fields__))  # type: ignore[arg-type]
    columns = ["customer_id", *settings.behaviour_features]
    features = connection.sql(FEATURES.format(", ".join(columns))).df()
    cells = connection.sql(MATRIX).fetchnumpy()
    stock_codes = connection.sql("select stock_code from item_columns order by place").df()
    ends = np.bincount(cells["row"], minlength=len(features)).cumsum()
    orders = sparse.csr_array(
        (cells["order_count"].astype(np.float64), cells["column"], np.concatenate([[0], ends])),
        shape=(len(features), len(stock_codes)),
    )
    customers = Customers(features, orders, stock_codes["stock_code"].to_numpy(dtype=object))
    model = fit_segments(customers, settings)
    stability = measure_stability(customers, model, settings, gate)
    labels: dict[str, object] = {"customer_id": features["customer_id"]}
    confidence = np.ones(len(features))
    for number, (axis, found) in enumerate(
        zip(("behaviour", "taste"), model.distances(customers), strict=True)
    ):
        nearest = np.argsort(found, axis=1, kind="stable")[:, :2]
        own, runner_up = np.take_along_axis(found, nearest, axis=1).T
        curve = fit_curve(stability.margins[:, number], stability.agreed[:, number])
        margin = (runner_up - own) / (runner_up + own)
        labels[f"{axis}_cluster_id"] = nearest[:, 0] + 1
        labels[f"{axis}_runner_up_cluster_id"] = nearest[:, 1] + 1
        labels[f"{axis}_distance"] = own
        labels[f"{axis}_runner_up_distance"] = runner_up
        labels[f"{axis}_confidence"] = curve.confidence(margin)
        confidence *= curve.confidence(margin)
    labels["confidence"] = confidence
    write(connection, "customer_clusters", pd.DataFrame(labels))
    write(connection, "model_parameters", model.to_table())


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
