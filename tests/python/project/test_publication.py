"""Published whole or not at all, with what readers need and nothing they should not see."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import (
    PROJECT,
    SAMPLE,
    VARIABLES,
    WITHOUT_TESTS,
    Build,
    Builder,
    copied,
    environment,
)

LINES = SAMPLE / "invoice_lines.csv"


def test_every_table_and_column_has_its_comment(
    sample_build: Build, manifest: dict[str, Any]
) -> None:
    """Comments outlive publishing: what the yml files say is what a database browser shows.

    There the shop's currency has a name.
    """

    def said(description: str) -> str:
        return description.strip().replace("the shop's currency", VARIABLES["currency"])

    models = [
        node for node in manifest["nodes"].values() if node["config"].get("access") == "public"
    ]
    described = {model["name"]: said(model["description"]) for model in models}
    comments = (
        "select table_name, comment from duckdb_tables() union all "
        "select view_name, comment from duckdb_views() where not internal"
    )
    assert dict(sample_build.query(comments)) == described
    assert all(described.values())
    columns = {
        (model["name"], column["name"]): said(column["description"])
        for model in models
        for column in model["columns"].values()
    }
    found = sample_build.query(
        "select table_name, column_name, comment from duckdb_columns() where not internal"
    )
    assert {(table, column): comment for table, column, comment in found} == columns
    assert all(columns.values())
    assert columns["fct_orders", "net_sales"].endswith("in GBP.")


def test_only_public_marts_are_published(sample_build: Build) -> None:
    names = {name for (name,) in sample_build.query("select table_name from duckdb_tables()")}
    assert {"rpt_segment_summary", "fct_customer_segments", "rpt_line_dispositions"} <= names
    assert not [name for name in names if name.startswith(("stg_", "int_", "ml_"))]


@pytest.fixture(scope="module")
def secret_build(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Build with pseudonyms from the sample and a damaged line.

    Two commas too many shift the customer id to where no column is, a number to the date.
    """
    file = tmp_path_factory.mktemp("lines") / "damaged.csv"
    damaged = "599999,23166,MEDIUM, CERAMIC, JAR,74215,12/1/23 9:36,1.04,31875.0,France\n"
    file.write_text(LINES.read_text(encoding="utf-8") + damaged, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGMENTS_PSEUDONYM_KEY", "a key that nobody else knows")
        coarse = ("--vars", "pseudonymous_date_unit: month")
        return build(file, *WITHOUT_TESTS, *coarse, "--log-level-file", "debug")


def pseudonyms_of(texts: Iterable[str]) -> set[str]:
    key = b"a key that nobody else knows"
    return {hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16] for text in texts}


def test_customer_ids_can_be_pseudonyms(sample_build: Build, secret_build: Build) -> None:
    tables = secret_build.query(
        "select table_name from duckdb_columns() where column_name = 'customer_id'"
    )
    assert len(tables) >= 6
    for (table,) in tables:
        # Of all ids of the input only those that published lines are of are published.
        source = "fct_sale_lines" if table == "dim_customer_ids" else table
        plain = [row[0] for row in sample_build.query(f"select distinct customer_id from {source}")]
        assert {
            row[0] for row in secret_build.query(f"select distinct customer_id from {table}")
        } == pseudonyms_of(plain)
    # Nor do keys, which elsewhere have the order of the ids, tell who is who.
    keys = "select customer_key from dim_customer_ids order by customer_id"
    assert secret_build.query(keys) == sorted(secret_build.query(keys))
    log = (secret_build.folder / "logs" / "dbt.log").read_text()
    assert "a key that nobody else knows" not in log


def test_whoever_has_the_invoices_cannot_look_them_up(
    sample_build: Build, secret_build: Build
) -> None:
    """Numbers of invoices and places of lines are in the files, customers beside them."""
    tables = [
        table
        for (table,) in sample_build.query(
            "select table_name from duckdb_columns() where column_name = 'invoice_id'"
        )
        if table != "rpt_malformed_lines"
    ]
    assert len(tables) >= 5
    for table in tables:
        source = "fct_sale_lines" if table == "dim_invoices" else table
        sql = "select distinct invoice_id from "
        invoices = [row[0] for row in sample_build.query(sql + source)]
        found = {row[0] for row in secret_build.query(sql + table)}
        assert found == pseudonyms_of(f"invoice {invoice_id}" for invoice_id in invoices)
    keys = "select invoice_key from dim_invoices order by invoice_id"
    assert secret_build.query(keys) == sorted(secret_build.query(keys))
    places = "select line_id from fct_sale_lines order by invoiced_at, invoice_id, line_id"
    assert secret_build.query(places) != sample_build.query(places)
    # Rows stand in the order of the pseudonyms, not in that of the ids.
    rows = secret_build.query("select customer_id from fct_customer_features")
    assert rows == sorted(rows)


def test_days_can_be_coarse(sample_build: Build, secret_build: Build) -> None:
    dated = secret_build.query(
        "select table_name, column_name from duckdb_columns() as dated "
        "where data_type in ('DATE', 'TIMESTAMP') and exists (select 1 from duckdb_columns() "
        "as columns where columns.table_name = dated.table_name and column_name in "
        "('customer_id', 'customer_key', 'invoice_id', 'invoice_key'))"
    )
    assert len(dated) >= 12
    for table, column in dated:
        sql = f"select count(*) from {table} where {column} <> date_trunc('month', {column})"
        assert secret_build.query(sql) == [(0,)], (table, column)
    for column in ("recency_days", "tenure_days"):
        sql = f"select count(*) from fct_customer_features where {column} % 30 <> 0"
        assert secret_build.query(sql) == [(0,)]
        assert sample_build.query(sql) != [(0,)]


def test_a_damaged_line_moves_nothing_and_gives_no_id_away(
    sample_build: Build, secret_build: Build
) -> None:
    assert secret_build.success
    [line] = secret_build.query("from rpt_malformed_lines")
    assert not any("31875" in str(value) for value in line)
    texts = {"dim_stock_codes": "stock_code", "dim_descriptions": "item_description"}
    for table, text in texts.items():
        sold = f"select distinct {text} from fct_sale_lines where {text} is not null order by 1"
        found = secret_build.query(f"select {text} from {table} order by 1")
        assert found == sample_build.query(sold)
    invoices = "select count(distinct invoice_id) from fct_sale_lines"
    assert secret_build.query("select count(*) from dim_invoices") == sample_build.query(invoices)
    for table in ("rpt_segment_summary", "dim_items"):
        assert secret_build.tables([table]) == sample_build.tables([table])
    sql = "select as_of_date from rpt_build"
    assert secret_build.query(sql) == sample_build.query(sql)
    assert secret_build.query("select count(*) from fct_baseline_features") == sample_build.query(
        "select count(*) from fct_baseline_features"
    )


def test_a_part_of_the_project_is_not_published(build: Builder, tmp_path: Path) -> None:
    published = tmp_path / "published.duckdb"
    published.write_bytes(b"the last good result")
    part = ("--select", "+dim_customers", "--exclude", "resource_type:test")
    assert build(LINES, "build", *part, folder=tmp_path).success
    assert published.read_bytes() == b"the last good result"


def test_a_failing_test_publishes_nothing(build: Builder, tmp_path: Path) -> None:
    """A test of the last mart fails: every mart is made by then."""
    published = tmp_path / "published.duckdb"
    published.write_bytes(b"the last good result")
    variables = "{segment_size_severity: error, segment_max_share: 0.01}"
    others = ("resource_type:unit_test", "test_type:generic")
    found = build(LINES, "build", "--vars", variables, "--exclude", *others, folder=tmp_path)
    assert not found.success
    assert "fail" in {str(result.status) for result in found.results}
    assert published.read_bytes() == b"the last good result"


READER = """
import duckdb, json, select, sys
count = "select count(*) from rpt_segment_summary"
held = duckdb.connect(sys.argv[1], read_only=True)
first = held.execute(count).fetchall()[0][0]
print("reading", flush=True)
while not select.select([sys.stdin], [], [], 0.01)[0]:  # until the build is over
    assert held.execute(count).fetchall()[0][0] == first
held.close()
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(json.dumps([first, connection.execute(count).fetchall()[0][0]]))
"""


def test_a_reader_keeps_what_it_opened_while_a_build_publishes(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    """The reader is another process, as readers are: in one process DuckDB shares open files."""
    copied(sample_build, tmp_path)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(tmp_path / "published.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout
    assert reader.stdout.readline() == "reading\n"
    again = build(LINES, *WITHOUT_TESTS, "--vars", "behaviour_cluster_count: 3", folder=tmp_path)
    seen, _ = reader.communicate("over\n", timeout=60)
    assert again.success
    assert json.loads(seen) == [8, 6]


def test_what_a_killed_build_left_behind_does_no_harm(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    (tmp_path / ".published.duckdb.99.next").write_bytes(b"half a file")
    (tmp_path / ".published.duckdb.99.next.wal").write_bytes(b"half a log")
    found = build(LINES, *WITHOUT_TESTS, folder=tmp_path)
    assert found.tables() == sample_build.tables()
    assert not list(tmp_path.glob(".*.next*"))


def test_a_log_beside_the_published_file_is_not_replayed_on_the_next(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    """Somebody's writable connection was killed with a change that was only in its log."""
    folder = copied(sample_build, tmp_path)
    published = folder / "published.duckdb"
    change = (
        "import duckdb, os, sys; connection = duckdb.connect(sys.argv[1]); "
        "connection.execute('set checkpoint_threshold = \\'1GB\\''); "
        "connection.execute('create table foreign_table as select 1 as a'); "
        "connection.execute('delete from fct_orders_keyed'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", change, str(published)], check=True)
    assert published.with_name("published.duckdb.wal").exists()
    found = build(LINES, *WITHOUT_TESTS, folder=folder)
    assert found.success
    assert found.tables() == sample_build.tables()


def test_a_link_stays_a_link(sample_build: Build, build: Builder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "a disk [1]" / "named.duckdb"
    elsewhere.parent.mkdir()
    (tmp_path / "published.duckdb").symlink_to(elsewhere)
    for _ in range(2):  # the link names nothing, then a file
        found = build(LINES, *WITHOUT_TESTS, folder=tmp_path)
        assert found.success
        assert (tmp_path / "published.duckdb").is_symlink()
        assert found.tables() == sample_build.tables()
    assert {file.name for file in elsewhere.parent.iterdir()} == {
        "named.duckdb",
        ".named.duckdb.lock",
    }


def test_two_builds_that_publish_to_one_file_take_turns(
    sample_build: Build, tmp_path: Path
) -> None:
    """Each in a warehouse of its own; whichever is last, the file is whole."""
    arguments = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    builds = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        settings = environment(folder, LINES) | {
            "SEGMENTS_DATABASE": str(tmp_path / "published.duckdb"),
            "SEGMENTS_MODELS": str(tmp_path / "models.duckdb"),
        }
        builds.append(
            subprocess.Popen(
                [*arguments, "--quiet", *WITHOUT_TESTS],
                cwd=PROJECT,
                env=os.environ | settings,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    for running in builds:
        said, _ = running.communicate(timeout=300)
        assert running.returncode == 0, said
    made = Build(tmp_path, success=True, results=[], exception=None)
    assert made.tables() == sample_build.tables()
    assert not list(tmp_path.glob(".*.next*"))
