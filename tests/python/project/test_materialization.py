"""Tables are replaced in place: one that fails stays as it was, and whatever stood there goes."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import SAMPLE, Build, Builder, copied, release_warehouse

# One model in SQL and one in Python, each with a table that it is made of.
PARENTS = {
    "main.dim_playbook": "seeds.segment_playbook",
    "intermediate.ml_value_model": "intermediate.int_customer_histories",
}


def made_alone(build: Builder, folder: Path, table: str) -> bool:
    model = table.partition(".")[2]
    made = build(SAMPLE / "invoice_lines.csv", "run", "--select", model, folder=folder)
    release_warehouse()
    return made.success


def asked(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("table", PARENTS)
@pytest.mark.parametrize(
    ("change", "is_made"),
    [
        ("alter table {parent} rename to gone", False),
        ("drop table {table}; create view {table} as select 1 as old", True),
    ],
    ids=["a model that fails leaves its table", "a view in its place is replaced"],
)
def test_rows_are_there_whatever_happens(
    sample_build: Build, build: Builder, tmp_path: Path, table: str, change: str, is_made: bool
) -> None:
    folder = copied(sample_build, tmp_path)
    before = asked(folder, f"from {table} order by all")
    asked(folder, change.format(table=table, parent=PARENTS[table]))
    assert made_alone(build, folder, table) == is_made
    assert asked(folder, f"from {table} order by all") == before


def test_what_a_killed_run_wrote_is_written_again(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    folder = copied(sample_build, tmp_path)
    asked(folder, "create table intermediate.ml_value_model__dbt_tmp as select 1 as old")
    assert made_alone(build, folder, "intermediate.ml_value_model")
    tables = "select table_name from duckdb_tables() where table_name like 'ml_value_model%'"
    assert asked(folder, tables) == [("ml_value_model",)]
