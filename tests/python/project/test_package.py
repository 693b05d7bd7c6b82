"""In somebody else's dbt project the package gives the segments that it gives by itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import PROJECT, SAMPLE, Build

HOST = PROJECT / "integration_tests"
SCHEMAS = {
    "main",  # of the host's own models
    "shop",  # of its raw table
    *(f"segments_{name}" for name in ("staging", "intermediate", "marts", "seeds", "semantic")),
    "segments_kept",
    "segments_raw",  # of campaigns, none here
}
# What says who is in which segment, what that is called, what it is worth.
COMPARED = {
    "fct_customer_segments": "customer_id, segment_id, segment_name, confidence",
    "fct_customer_features": "customer_id, recency_days, order_count, net_sales",
    "rpt_segment_summary": "segment_id, segment_name, customer_count, net_sales",
    "rpt_line_dispositions": "disposition, line_count, line_value",
}


def dbt(folder: Path, *command: str, **variables: str) -> str:
    """Run dbt in the host's project as its owner would; return what it says."""
    found = subprocess.run(
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--no-use-colors", *command],
        cwd=folder,
        env={**os.environ, "DBT_PROFILES_DIR": ".", "PYTHONWARNINGS": "ignore", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout + found.stderr


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the host's project with the package in it and a table of raw lines."""
    folder = tmp_path_factory.mktemp("host") / "project"
    made = shutil.ignore_patterns("dbt_packages", "package-lock.yml", "target", "logs", "*.duckdb")
    shutil.copytree(HOST, folder, ignore=made)
    (folder / "packages.yml").write_text(f"packages:\n  - local: {PROJECT}\n", encoding="utf-8")
    with duckdb.connect(str(folder / "host.duckdb")) as connection:
        connection.execute("create schema shop")
        connection.execute(
            "create table shop.order_lines as select InvoiceNo as order_no, StockCode as sku, "
            "Description as title, Quantity as units, InvoiceDate as ordered_at, "
            "UnitPrice as price, CustomerID as customer, Country as country "
            f"from read_csv('{SAMPLE / 'invoice_lines.csv'}', all_varchar = true)"
        )
    assert "Installed from" in dbt(folder, "deps")
    return folder


@pytest.fixture(scope="module")
def said(host: Path) -> str:
    """Build the host's project with all data tests; return what dbt said."""
    return dbt(host, "build", "--quiet")


def test_the_host_builds_without_a_plugin(said: str) -> None:
    assert "Error" not in said
    assert "Failure" not in said


def test_segments_are_those_of_the_project(said: str, host: Path, sample_build: Build) -> None:
    assert said is not None
    with duckdb.connect(str(host / "host.duckdb"), read_only=True) as connection:
        for table, columns in COMPARED.items():
            found = connection.execute(
                f"select {columns} from segments_marts.{table} order by all"
            ).fetchall()
            assert found
            assert found == sample_build.query(f"select {columns} from {table} order by all"), table


def test_nothing_is_made_outside_its_schemas(said: str, host: Path) -> None:
    assert said is not None
    with duckdb.connect(str(host / "host.duckdb"), read_only=True) as connection:
        schemas = connection.execute(
            "select distinct schema_name from duckdb_tables() union "
            "select distinct schema_name from duckdb_views() where not internal"
        ).fetchall()
        own = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main' union "
            "select view_name from duckdb_views() where schema_name = 'main' and not internal "
            "order by 1"
        ).fetchall()
    assert {name for (name,) in schemas} == SCHEMAS
    assert [name for (name,) in own] == ["campaign_list", "dim_customers", "stg_shop__lines"]
    assert not list(host.glob("*.duckdb*.marts"))
    assert sorted(path.name for path in host.glob("*.duckdb")) == ["host.duckdb"]


def test_the_next_build_scores_with_the_model_that_is_kept(said: str, host: Path) -> None:
    assert said is not None
    with duckdb.connect(str(host / "host.duckdb"), read_only=True) as connection:
        versions = connection.execute(
            "select distinct model_version from segments_kept.ml_kmeans_parameters"
        ).fetchall()
    assert versions == [(1,)]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ("{publish: true}", "attaches no databases `warehouse` and `marts`"),
        ("{invoice_lines_relation: ''}", "add `plugins: [{module: customer_segments.duckdb_plugin"),
        ("{invoice_lines_relation: shop.order_lines}", "which lacks invoice_no, stock_code"),
    ],
)
def test_what_is_missing_is_said_in_one_message(
    said: str, host: Path, variables: str, message: str
) -> None:
    assert said is not None
    command = ("build", "--vars", variables, "--select", "stg_online_retail__relation_lines")
    if "''" in variables:
        command = ("build", "--vars", variables, "--select", "stg_online_retail__countries")
    assert message in " ".join(dbt(host, *command).split())
