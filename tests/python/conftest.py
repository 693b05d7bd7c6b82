"""One dbt runner for all tests: importing and parsing is paid once, a build takes seconds."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "data" / "sample"
REAL = PROJECT.parent / "shared" / "data"

runner = dbtRunner()


@dataclass(frozen=True)
class Build:
    """A finished dbt run: its two databases and what dbt said of each node."""

    folder: Path
    success: bool
    results: list[Any]
    exception: BaseException | None

    @property
    def database(self) -> Path:
        return self.folder / "published.duckdb"

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def tables(self, names: list[str] | None = None) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of the published tables, sorted, by table."""
        names = names or [name for (name,) in self.query("select table_name from duckdb_tables()")]
        return {name: self.query(f"from {name} order by all") for name in sorted(names)}


Builder = Callable[..., Build]


def environment(folder: Path, invoice_lines: Path | str) -> dict[str, str]:
    return {
        "INVOICE_LINES": str(invoice_lines),
        "SEGMENTS_WAREHOUSE": str(folder / "warehouse.duckdb"),
        "SEGMENTS_DATABASE": str(folder / "published.duckdb"),
        "DBT_TARGET_PATH": str(folder.parent / "target"),
        "DBT_LOG_PATH": str(folder.parent / "logs"),
    }


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Return a function that runs dbt on invoice lines, in a folder of its own or a given one."""
    before = dict(os.environ)
    os.chdir(PROJECT)

    def run(invoice_lines: Path | str, *arguments: str, folder: Path | None = None) -> Build:
        folder = folder or tmp_path_factory.mktemp("build")
        os.environ.update(environment(folder, invoice_lines))
        command = arguments or ("build",)
        outcome = runner.invoke(["--log-level", "none", *command])
        results = list(getattr(outcome.result, "results", None) or [])
        return Build(folder, outcome.success, results, outcome.exception)

    yield run
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def sample_build(build: Builder) -> Build:
    """Build the shipped sample with every test."""
    return build(SAMPLE / "invoice_lines.csv")


def compiled(build: Build, model: str) -> str:
    """Return the compiled SQL of a model, its relations by their bare names."""
    folder = build.folder.parent / "target" / "compiled" / "customer_segments" / "models"
    return re.sub(r'"warehouse"\."\w+"\."(\w+)"', r"\1", (folder / f"{model}.sql").read_text())


def _real(name: str) -> Path:
    if not (REAL / name).exists():
        pytest.skip(f"{name} is not beside the checkout")
    return REAL / name


@pytest.fixture(scope="session")
def client_file() -> Path:
    """Return the retailer's own file, if it is here."""
    return _real("int_online_tx.csv")


@pytest.fixture(scope="session")
def public_file() -> Path:
    """Return the public file of all customers, if it is here."""
    return _real("online_retail_2010_2011.parquet")
