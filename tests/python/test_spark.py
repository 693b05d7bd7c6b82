"""The project on Apache Spark, beside DuckDB: `make test-spark` (Java 17 or newer)."""

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import PROJECT, SAMPLE, Build, Builder, runner
from sklearn.metrics import adjusted_rand_score

pytestmark = [pytest.mark.spark, pytest.mark.timeout(3600)]

SCHEMAS = ("seeds", "staging", "intermediate", "ml", "main", "semantic")


@pytest.fixture(scope="module", autouse=True)
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of Spark's tables. The session of the first dbt run stays for all tests."""
    folder = tmp_path_factory.mktemp("spark")
    os.environ["SEGMENTS_SPARK_WAREHOUSE"] = str(folder)
    yield folder
    del os.environ["SEGMENTS_SPARK_WAREHOUSE"]


def build_with_model_of(
    duckdb_build: Build, build: Builder, invoice_lines: Path, *command: str
) -> Build:
    """Build on Spark, scoring with the model that the build on DuckDB fitted."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - a group of its own

    folder = duckdb_build.folder.parent / f"{duckdb_build.folder.name}_on_spark" / "build"
    build(invoice_lines, "debug", "--target", "spark", folder=folder)  # starts the session
    session = SparkSession.builder.getOrCreate()
    for schema in SCHEMAS:
        session.sql(f"drop schema if exists {schema} cascade")
    session.sql("create schema ml")
    with duckdb_build.open_warehouse() as connection:
        models = connection.sql("from ml.ml_model_parameters").to_arrow_table()
    session.createDataFrame(models).write.format("parquet").saveAsTable("ml.ml_model_parameters")
    return build(invoice_lines, *command, "--target", "spark", folder=folder)


@pytest.fixture(scope="module")
def spark_sample_build(build: Builder, sample_build: Build) -> Build:
    return build_with_model_of(sample_build, build, SAMPLE / "invoice_lines.csv", "build")


def differences(duckdb_build: Build, warehouse: Path) -> dict[str, str]:
    """Return what is different, by table: rows are compared side by side, doubles to 1e-9."""
    found = {}
    with duckdb_build.open_warehouse() as connection:
        connection.execute("set timezone = 'UTC'")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            f"where schema_name in {SCHEMAS} "
            # The build on DuckDB asked for a model, the one on Spark had it.
            "and table_name <> 'ml_model_request' order by all"
        ).fetchall()
        assert len(tables) > 80
        for schema, table in tables:
            if problem := _difference(connection, warehouse, schema, table):
                found[f"{schema}.{table}"] = problem
    return found


def _difference(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, schema: str, table: str
) -> str | None:
    files = warehouse / f"{schema}.db" / table
    if not files.is_dir():
        return "no such table"
    columns = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where schema_name = ? and table_name = ? order by column_index",
            [schema, table],
        ).fetchall()
    )
    doubles = [name for name, kind in columns.items() if kind == "DOUBLE"]
    order = ", ".join([*(name for name in columns if name not in doubles), *doubles])
    casts = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    sides = (
        f"select * from {schema}.{table}",
        f"select {casts} from read_parquet('{files}/*.parquet')",
    )
    ours, theirs = (
        f"(select *, row_number() over (order by {order}) as place from ({side}))" for side in sides
    )
    unequal = [
        f"sum(case when ours.{name} is distinct from theirs.{name}"
        + (
            f" and not coalesce(abs(ours.{name} - theirs.{name}) "
            f"<= 1e-9 * greatest(1, abs(ours.{name})), false)"
            if name in doubles
            else ""
        )
        + f" then 1 else 0 end) as {name}"
        for name in columns
    ]
    row = connection.execute(
        f"select count(ours.place), count(theirs.place), {', '.join(unequal)} "
        f"from {ours} as ours full join {theirs} as theirs on ours.place = theirs.place"
    ).fetchall()[0]
    if row[0] != row[1]:
        return f"{row[0]} rows on DuckDB, {row[1]} on Spark"
    wrong = {name: count for name, count in zip(columns, row[2:], strict=True) if count}
    return f"of {row[0]} rows, different by column: {wrong}" if wrong else None


def test_every_model_and_test_passes(spark_sample_build: Build) -> None:
    assert spark_sample_build.success
    assert spark_sample_build.statuses <= {"success", "pass", "warn"}


def test_tables_are_those_of_duckdb(
    spark_sample_build: Build, sample_build: Build, warehouse: Path
) -> None:
    """With the same stored model: labels, confidences, reasons and reports too."""
    assert differences(sample_build, warehouse) == {}


def test_seeds_keep_quotes_nulls_and_letters(tmp_path: Path, warehouse: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "dbt_project.yml").write_text(
        "name: quotes\nprofile: customer_segments\nseeds: {+file_format: parquet}\n"
    )
    rows = [("it's", 1.5), ("back\\slash'", None), (None, -2.0), ("déjà %s £ 中", 0.0)]
    lines = [f"{text or ''},{'' if number is None else number}" for text, number in rows]
    (tmp_path / "seeds" / "nasty.csv").write_text("\n".join(["text,number", *lines]))
    outcome = runner.invoke(
        f"--log-level none seed --target spark --project-dir {tmp_path} "
        f"--profiles-dir {PROJECT} --target-path {tmp_path / 'target'}".split()
    )
    assert outcome.success
    found = duckdb.sql(f"select text, number from '{warehouse}/main.db/nasty/*.parquet'").fetchall()
    assert sorted(found, key=str) == sorted(rows, key=str)


def test_axes_fitted_in_spark_are_those_of_scikit_learn(
    spark_sample_build: Build, sample_build: Build
) -> None:
    from pyspark.sql import SparkSession  # noqa: PLC0415

    from customer_segments import segment_model, spark_fit  # noqa: PLC0415

    session = SparkSession.builder.getOrCreate()
    features, counts = (
        session.table(name)
        for name in ("fct_customer_features", "intermediate.int_customer_item_counts")
    )
    settings = segment_model.Settings(
        ["recency_days", "order_count", "net_sales_gbp"], 4, 0.01, 2, 4, 5, 1, 20101201
    )
    with sample_build.open_warehouse() as connection:
        customers = segment_model.Customers.of(
            connection.sql("from fct_customer_features").df(),
            connection.sql("from intermediate.int_customer_item_counts").df(),
        )
    ours = segment_model.fit_segments(customers, settings)
    theirs = spark_fit.fit_segments(features, counts, settings)
    for axis in (0, 1):
        labels = [model.labels(customers)[:, axis] for model in (ours, theirs)]
        assert adjusted_rand_score(*labels) >= 0.90
        costs = [
            (model.distances(customers)[axis].min(axis=1) ** 2).sum() for model in (ours, theirs)
        ]
        assert costs[1] == pytest.approx(costs[0], rel=0.001)
    np.testing.assert_allclose(theirs.behaviour.centroids, ours.behaviour.centroids, atol=1e-9)
    np.testing.assert_allclose(theirs.taste.loadings, ours.taste.loadings, atol=1e-6)


def test_top_eigenvectors() -> None:
    from customer_segments.spark_fit import top_eigenvectors  # noqa: PLC0415

    random = np.random.default_rng(0)
    for rows, size in ((300, 80), (40, 6), (500, 24)):
        matrix = random.standard_normal((rows, size)) * np.linspace(1, 3, size)
        found = top_eigenvectors(lambda block, m=matrix: m.T @ (m @ block), size, 4, seed=1)
        true = np.linalg.svd(matrix, full_matrices=False)[2][:4].T
        np.testing.assert_allclose(np.abs((found * true).sum(axis=0)), 1, atol=1e-6)
