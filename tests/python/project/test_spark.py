"""The project on Apache Spark, beside DuckDB: `make test-spark` (Java 17 or newer)."""

import gc
import os
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from conftest import FIT_SETTINGS, PROJECT, SAMPLE, Build, Builder, release_warehouse
from dbt.cli.main import dbtRunner
from sklearn.metrics import adjusted_rand_score

from customer_segments.fitting.customers import Customers
from customer_segments.fitting.segment_model import fit_segments

pytestmark = [pytest.mark.spark, pytest.mark.timeout(3600)]

TABLES_ONLY = ["build", "--exclude-resource-type", "test", "unit_test"]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of Spark's tables."""
    folder = tmp_path_factory.mktemp("spark")
    os.environ["SEGMENTS_SPARK_WAREHOUSE"] = str(folder)
    yield folder
    del os.environ["SEGMENTS_SPARK_WAREHOUSE"]


@pytest.fixture(scope="module")
def event_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of Spark's log of events."""
    folder = tmp_path_factory.mktemp("events")
    settings = {"enabled": "true", "dir": folder.as_uri(), "compress": "false"}
    settings["rolling.enabled"] = "false"
    configuration = tmp_path_factory.mktemp("conf")
    (configuration / "spark-defaults.conf").write_text(
        "".join(f"spark.eventLog.{name} {value}\n" for name, value in settings.items())
    )
    os.environ["SPARK_CONF_DIR"] = str(configuration)
    yield folder
    del os.environ["SPARK_CONF_DIR"]


@pytest.fixture(scope="module")
def session(
    warehouse: Path, event_log: Path, build: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Return the session that dbt starts, of which there is one in a process."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - a group of its own

    folder = tmp_path_factory.mktemp("debug") / "build"
    assert build(SAMPLE, "debug", "--target", "spark", folder=folder).success
    return SparkSession.builder.getOrCreate()


def differences(
    build: Builder, session: Any, warehouse: Path, lines: Path, ours: Build, *arguments: str
) -> dict[str, str]:
    """Build on Spark with the model of `ours`, a build of DuckDB; return what is different."""
    from benchmarks.spark_tables import differences, start_with_model  # noqa: PLC0415

    release_warehouse()
    start_with_model(session, ours.warehouse)
    folder = ours.folder.parent / f"{ours.folder.name}_on_spark" / "build"
    theirs = build(lines, *arguments, "--target", "spark", folder=folder)
    assert theirs.success, theirs.exception or theirs.results
    assert theirs.statuses <= {"success", "pass", "warn"}
    return differences(ours.warehouse, warehouse)


def test_models_tests_and_tables_are_those_of_duckdb(
    build: Builder, session: Any, warehouse: Path, sample_build: Build
) -> None:
    """With the same stored model: labels, confidences, reasons and reports too."""
    lines = SAMPLE / "invoice_lines.csv"
    assert differences(build, session, warehouse, lines, sample_build, "build") == {}


def test_no_partition_holds_the_rows_of_all_customers(
    event_log: Path, sample_build: Build, session: Any
) -> None:
    """Windows over all rows see totals only, or the items of the range: of the builds above."""
    from benchmarks.spark_events import TO_ONE_PARTITION, read_events  # noqa: PLC0415

    session.range(1).count()  # the end of a job writes what the log holds back
    found = read_events(event_log).most[TO_ONE_PARTITION]
    assert found["int_month_ends"] > 1  # an order of month ends
    per_item = {"int_item_groups", "int_items", "rpt_segment_items", "rpt_taste_items"}
    [(customer_count,)] = sample_build.query("select count(*) from fct_customer_features")
    # Half of them: some tables leave customers out.
    too_many = {table for table, rows in found.items() if rows >= customer_count / 2}
    assert too_many - per_item == set()


def test_seeds_keep_quotes_nulls_and_letters(session: Any, tmp_path: Path, warehouse: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "dbt_project.yml").write_text(
        "name: quotes\nprofile: customer_segments\nseeds: {+file_format: parquet}\n"
    )
    rows = [("it's", 1.5), ("back\\slash'", None), (None, -2.0), ("déjà %s £ 中", 0.0)]
    lines = [f"{text or ''},{'' if number is None else number}" for text, number in rows]
    (tmp_path / "seeds" / "nasty.csv").write_text("\n".join(["text,number", *lines]))
    outcome = dbtRunner().invoke(
        f"--log-level none seed --target spark --project-dir {tmp_path} "
        f"--profiles-dir {PROJECT} --target-path {tmp_path / 'target'}".split()
    )
    assert outcome.success
    found = duckdb.sql(f"select text, number from '{warehouse}/main.db/nasty/*.parquet'").fetchall()
    assert sorted(found, key=str) == sorted(rows, key=str)


def assert_same_axes(session: Any, build: Build) -> None:
    """Fit the customers of `build` in Spark and with scikit-learn; compare."""
    from customer_segments.fitting.spark_fit import fit_on_spark  # noqa: PLC0415

    with build.open_warehouse() as connection:
        tables = [
            connection.sql(f"from {name}")
            for name in ("fct_customer_features", "fct_customer_items")
        ]
        customers = Customers.read(*tables)
        frames = [session.createDataFrame(table.to_arrow_table()) for table in tables]
    ours = fit_segments(customers, FIT_SETTINGS)
    theirs = fit_on_spark(*frames, FIT_SETTINGS)
    for axis in (0, 1):
        labels = [model.predict(customers)[:, axis] for model in (ours, theirs)]
        assert adjusted_rand_score(*labels) >= 0.90
        costs = [
            (model.distances(customers)[axis].min(axis=1) ** 2).sum() for model in (ours, theirs)
        ]
        assert costs[1] == pytest.approx(costs[0], rel=0.001)
    np.testing.assert_allclose(theirs.behaviour.centroids, ours.behaviour.centroids, atol=1e-9)
    np.testing.assert_allclose(theirs.taste.loadings, ours.taste.loadings, atol=1e-6)


def test_axes_fitted_in_spark_are_those_of_scikit_learn(session: Any, sample_build: Build) -> None:
    assert_same_axes(session, sample_build)


def test_tables_and_axes_of_real_files_are_those_of_duckdb(
    build: Builder, session: Any, warehouse: Path, client_file: Path, public_file: Path
) -> None:
    everyone = ["--vars", "customer_scope: all"]
    for lines, arguments in ((client_file, TABLES_ONLY), (public_file, TABLES_ONLY + everyone)):
        ours = build(lines, *arguments)
        assert ours.success
        assert differences(build, session, warehouse, lines, ours, *arguments) == {}
        assert_same_axes(session, ours)


def test_the_driver_lets_go_of_lines_that_are_written(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of any size comes through the memory of the driver, a piece at a time."""
    from customer_segments.reading import spark_lines  # noqa: PLC0415

    pieces: list[weakref.ref[Any]] = []
    kept: list[int] = []
    create = type(session).createDataFrame

    def create_and_count(self: Any, *arguments: Any) -> Any:
        kept.append(sum(piece() is not None for piece in pieces))
        piece = create(self, *arguments)
        pieces.append(weakref.ref(piece))
        return piece

    monkeypatch.setattr(type(session), "createDataFrame", create_and_count)
    monkeypatch.setattr(spark_lines, "LINES_AT_A_TIME", 10_000)
    gc.disable()  # else it may come by in time, by chance
    try:
        lines = SAMPLE / "invoice_lines.csv"
        assert spark_lines.write_invoice_lines(session, str(lines), "infer", "raw.pieces") is None
    finally:
        gc.enable()
    assert len(pieces) > 2
    assert set(kept) == {0}
    assert session.table("raw.pieces").count() == sum(1 for _ in lines.open()) - 1


def test_top_eigenvectors() -> None:
    from customer_segments.fitting.spark_fit import top_eigenvectors  # noqa: PLC0415

    random = np.random.default_rng(0)
    for rows, size in ((300, 80), (40, 6), (500, 24)):
        matrix = random.standard_normal((rows, size)) * np.linspace(1, 3, size)
        found = top_eigenvectors(lambda block, m=matrix: m.T @ (m @ block), size, 4, seed=1)
        true = np.linalg.svd(matrix, full_matrices=False)[2][:4].T
        np.testing.assert_allclose(np.abs((found * true).sum(axis=0)), 1, atol=1e-6)


def test_parquet_read_where_it_lies_has_the_lines_of_the_file(
    build: Builder, session: Any, warehouse: Path, public_file: Path
) -> None:
    """As staging has them: a number is handed over as a number by one way, as text by the other."""
    staging = "stg_online_retail__invoice_lines"
    sides = []
    for number, location in enumerate((str(public_file), public_file.as_uri())):
        found = build(location, "run", "--select", "path:models/staging", "--target", "spark")
        assert found.success, found.exception or found.results
        lines = session.table(f"staging.{staging}")
        kept = [name for name in lines.columns if name not in ("line_id", "file_key")]
        lines.select(*kept).write.mode("overwrite").saveAsTable(f"main.lines_{number}")
        sides.append(session.table(f"main.lines_{number}"))
    ours, theirs = sides
    assert ours.count() == theirs.count() > 0
    assert ours.where("customer_key is not null").count() > 0
    assert ours.exceptAll(theirs).count() == theirs.exceptAll(ours).count() == 0
