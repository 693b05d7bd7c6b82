"""One dbt process for all tests: importing and parsing is paid once, a build takes seconds."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from playwright.sync_api import Browser, Page, sync_playwright

from customer_segments.fitting.settings import Settings
from customer_segments.project import marts_of
from customer_segments.warehouse import open_warehouse

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "data" / "sample"
REAL = Path(os.environ.get("SEGMENTS_REAL_FILES") or PROJECT.parent / "shared" / "data")
VARIABLES = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
ALLOWED_VALUES = VARIABLES.pop("allowed_values")
# What a fit depends on; `auto` takes two tastes of the sample, and of the retailer's file.
FIT_SETTINGS = Settings(
    **{field.name: VARIABLES[field.name] for field in fields(Settings)}
).with_count("taste", 2)

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# As root in a container, without a graphics card, and without calls home of its own.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Builds of every table: the sample's has every test, real files' those of data (unit tests bring
# their own rows), others none.
DATA_TESTS = ("build", "--exclude", "resource_type:unit_test")
WITHOUT_TESTS = ("build", "--exclude", "resource_type:test", "resource_type:unit_test")
# A day three months before the end of the sample: a day of the backtests too.
SEPTEMBER = ("--vars", "as_of: 2024-09-10")

# A day three months before the end of the real files, and what is compared with those months.
BEFORE = date(2011, 9, 1)
AS_OF_BEFORE = ("--vars", f"as_of: {BEFORE}")
MODELS = ("build", "--resource-type", "model", "seed", "--select")
LABELS_AND_LISTS = (
    *MODELS,
    *("+fct_next_best_items", "+rpt_segment_items", "+fct_customer_rfm", "+fct_baseline_features"),
    "+fct_sale_lines",
)

# Files of tests that build again and again, or run whole commands: they and the tests of real files
# are those of `make test-long`.
LONG = {
    "test_backtest",
    "test_batched_fit",
    "test_claims",
    "test_errors",
    "test_fuzzed_ledger",
    "test_state",
    "test_item_backtest",
    "test_model_health",
    "test_models",
    "test_odd_shops",
    "test_other_deliveries",
    "test_package",
    "test_publication",
    "test_real_files",
    "test_replay",
    "test_rules",
}
# Two processes take the files of tests in this order, so that neither waits long for the other.
ORDER = (
    *("test_state", "test_errors", "test_sample"),
    "any without a build",  # while the sample is built
    "test_report",
    "any with a build",
)

QUIET = ("--log-level", "none")
# Another value of other variables makes dbt parse the project again, as long as half a build.
READ_BY_SQL = ("as_of", "customer_scope", "refit")


def release_warehouse() -> None:
    """Close the warehouse that dbt keeps open until its next run."""
    DuckDBConnectionManager.close_all_connections()


def parse_arguments(command: tuple[str, ...]) -> tuple[str, ...]:
    """Return what of a command changes how dbt parses the project."""
    options = dict(pairwise(command))
    given = yaml.safe_load(options.get("--vars", "{}"))
    read = {name: given[name] for name in sorted(given) if name not in READ_BY_SQL}
    return ("--vars", json.dumps(read), "--target", options.get("--target", "duckdb"))


@dataclass(frozen=True)
class Build:
    """A finished dbt run: its databases and what dbt said of each node."""

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

    @property
    def kept_models(self) -> Path:
        return self.folder / "models.duckdb"

    @property
    def target(self) -> Path:
        """Return where dbt wrote what it compiled, its manifest and its results."""
        return self.folder / "target"

    @property
    def statuses(self) -> set[str]:
        """Return what dbt said of the nodes that do something; an exposure does not."""
        results = json.loads((self.target / "run_results.json").read_text(encoding="utf-8"))
        return {result["status"] for result in results["results"]} - {"no-op"}

    @property
    def failures(self) -> list[tuple[str, str]]:
        """Return the name and the message of each node that did not do."""
        failed = [result for result in self.results if result.status in ("error", "fail")]
        return [(str(result.node.name), str(result.message)) for result in failed]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def open_warehouse(self) -> duckdb.DuckDBPyConnection:
        """Return the warehouse, read-only, for what is not published."""
        release_warehouse()
        return open_warehouse(self.warehouse)

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
        "SEGMENTS_MODELS": str(folder / "models.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the long tests; two processes take files of tests in an order that keeps both busy."""

    def fixtures(item: pytest.Item) -> set[str]:
        return set(getattr(item, "fixturenames", ()))

    for item in items:
        is_real = not fixtures(item).isdisjoint(("client_file", "public_file"))
        if is_real or item.path.stem in LONG:
            item.add_marker(pytest.mark.long)
    builds = {item.path.stem for item in items if "build" in fixtures(item)}

    def place(item: pytest.Item) -> tuple[int, str]:
        name = item.path.stem
        other = "any with a build" if name in builds else "any without a build"
        return ORDER.index(name if name in ORDER else other), name

    items.sort(key=place)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """Return a function that runs dbt on invoice lines, in a folder of its own or a given one."""
    before = dict(os.environ)
    os.chdir(PROJECT)
    manifests: dict[tuple[str, ...], Manifest | None] = {}

    def run(invoice_lines: Path | str, *arguments: str, folder: Path | None = None) -> Build:
        folder = folder or tmp_path_factory.mktemp("build")
        os.environ.update(environment(folder, invoice_lines))
        command = arguments or ("build",)
        parse = parse_arguments(command)
        if parse not in manifests:
            found = dbtRunner().invoke([*QUIET, "parse", *parse]).result
            manifests[parse] = found if isinstance(found, Manifest) else None
        outcome = dbtRunner(manifests[parse]).invoke([*QUIET, *command])
        results = list(getattr(outcome.result, "results", None) or [])
        return Build(folder, outcome.success, results, outcome.exception)

    yield run
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def build_once(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """Return a function that builds what tests only read: one of the processes does, for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def run(name: str, invoice_lines: Path, *arguments: str) -> Build:
        made = Build(shared / name, success=True, results=[], exception=None)
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.folder.exists():
                unfinished = shared / f"{name}.unfinished"
                unfinished.mkdir(exist_ok=True)
                found = build(invoice_lines, *arguments, folder=unfinished)
                release_warehouse()
                assert found.success, found.exception or found.failures
                unfinished.rename(made.folder)
        return made

    return run


@pytest.fixture(scope="session")
def sample_build(build_once: Builder) -> Build:
    """Build the shipped sample with every test."""
    return build_once("sample", SAMPLE / "invoice_lines.csv")


@pytest.fixture(scope="session")
def september_build(build_once: Builder) -> Build:
    """Build the sample as of an earlier day."""
    return build_once("september", SAMPLE / "invoice_lines.csv", *WITHOUT_TESTS, *SEPTEMBER)


def copied(build: Build, folder: Path) -> Path:
    """Return `folder` with copies of the databases, to build on without changing the others."""
    release_warehouse()
    for file in (build.database, build.warehouse, marts_of(build.warehouse), build.kept_models):
        shutil.copy(file, folder)
    return folder


def compiled_file(build: Build, model: str) -> Path:
    """Return the file with the compiled SQL of a model of the sample."""
    files = (build.target / "compiled").glob(f"*/models/**/{model}.sql")
    [file] = [file for file in files if not file.parent.suffix]  # tests lie in folders of ymls
    return file


def compiled(build: Build, model: str) -> str:
    """Return the compiled SQL of a model of the sample, its relations by their bare names."""
    sql = compiled_file(build, model).read_text()
    return re.sub(r'"(?:warehouse|marts)"\."\w+"\."(\w+)"', r"\1", sql)


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


@pytest.fixture(scope="session")
def client_build(build_once: Builder, client_file: Path) -> Build:
    """Build the retailer's own file with every test of data: rules are the same on any file."""
    return build_once("client", client_file, *DATA_TESTS)


@pytest.fixture(scope="session")
def public_build(build_once: Builder, public_file: Path) -> Build:
    """Build the international customers of the public file with every test of data."""
    return build_once("public", public_file, *DATA_TESTS)


@pytest.fixture(scope="session")
def client_before(build_once: Builder, client_file: Path) -> Build:
    """Build what a backtest needs of the retailer's own file as of BEFORE."""
    return build_once("client before", client_file, *LABELS_AND_LISTS, *AS_OF_BEFORE)


@pytest.fixture(scope="session")
def public_before(build_once: Builder, public_file: Path) -> Build:
    """Build the same of the international customers of the public file."""
    return build_once("public before", public_file, *LABELS_AND_LISTS, *AS_OF_BEFORE)


@pytest.fixture(scope="session")
def everyone_build(build_once: Builder, public_file: Path) -> Build:
    """Build all customers of the public file, the rules being what they are for other values."""
    other_values = "{customer_scope: all, wholesale_line_units: 12}"
    return build_once("everyone", public_file, "build", "--vars", other_values)


@pytest.fixture(scope="session")
def site(build: Builder, sample_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the documentation site of the sample, its manifest and its catalog."""
    folder = tmp_path_factory.mktemp("site") / "build"
    folder.mkdir()
    written = build(
        SAMPLE / "invoice_lines.csv",
        *("docs", "generate", "--static"),
        folder=copied(sample_build, folder),
    )
    assert written.success, written.exception
    return written.target


@pytest.fixture(scope="session")
def manifest(site: Path) -> dict[str, Any]:
    """Return dbt's manifest of the project as it is shipped."""
    return dict(json.loads((site / "manifest.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return the machine's Chromium, headless; skip where there is none."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), "")
    if not named:
        pytest.skip("no Chromium on this machine: install one, or name its path in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=named, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[[Path, str], Page]]:
    """Return a function that opens a file (and a place in it) as a reader without network would.

    After the test, the page must have asked for nothing outside its file and raised no error.
    """
    context = chromium.new_context(offline=True, viewport={"width": 1400, "height": 900})
    asked: list[str] = []
    errors: list[str] = []

    def visit(file: Path, place: str = "") -> Page:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url[:120]))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(file.as_uri() + place)
        return page

    yield visit
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert errors == []
