"""A build on changed files gives the tables that a build from nothing gives, whatever changed."""

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import SAMPLE, WITHOUT_TESTS, Build, Builder
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

# The models whose rows belong to customers, and what is made of them at once.
RUN = (
    "run",
    "--select",
    "+tag:by_customer",
    "+fct_customer_features",
    "+dim_items",
    "+rpt_line_dispositions",
    "+rpt_malformed_lines",
)
Row = dict[str, str]
Change = Callable[[Path], None]


def days() -> dict[str, list[Row]]:
    """Return the lines of the sample by day, in the order of the file."""
    with (SAMPLE / "invoice_lines.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    found: dict[str, list[Row]] = {}
    for line in lines:
        month, day, rest = line["InvoiceDate"].split("/")
        found.setdefault(f"20{rest[:2]}-{int(month):02}-{int(day):02}", []).append(line)
    return found


def write(path: Path, lines: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def tables(build: Build) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table that a run made, without the numbers of lines."""
    DuckDBConnectionManager.close_all_connections()  # dbt keeps the file open
    with duckdb.connect(str(build.warehouse), read_only=True) as connection:
        made = connection.execute(
            "select table_name, schema_name || '.' || table_name, "
            "list(column_name) filter (where not contains(column_name, 'line_id')) "
            "from duckdb_columns() where table_name in (select table_name from duckdb_tables()) "
            "and schema_name <> 'raw' group by all order by all"
        ).fetchall()
        return {
            name: connection.execute(
                f"select {', '.join(columns)} from {relation} order by all"
            ).fetchall()
            for name, relation, columns in made
        }


def went_on(build: Build) -> bool:
    """Tell whether a run changed the tables of the one before."""
    with build.open_warehouse() as warehouse:
        [(goes_on,)] = warehouse.execute("select goes_on from raw.run").fetchall()
    return bool(goes_on)


SAMPLE_DAYS = days()
LAST = sorted(SAMPLE_DAYS)[-4:]
EARLY = sorted(SAMPLE_DAYS)[40]


def one_more_day(folder: Path) -> None:
    write(folder / "last_2.csv", SAMPLE_DAYS[LAST[2]])


def late_lines(folder: Path) -> None:
    """Lines of months ago arrive: sales that later returns cancel are among them."""
    write(folder / "late.csv", SAMPLE_DAYS[EARLY])


def corrected_day(folder: Path) -> None:
    """A day is sent again with other prices, and without its first line."""
    lines = [dict(line, UnitPrice="1.11") for line in SAMPLE_DAYS[LAST[1]][1:]]
    write(folder / "last_1.csv", lines)


def a_day_twice(folder: Path) -> None:
    write(folder / "last_1_again.csv", SAMPLE_DAYS[LAST[1]])


def cancelled_sales(folder: Path) -> None:
    """Sales of the first month are cancelled on the last day."""
    sales = [
        line
        for line in SAMPLE_DAYS[sorted(SAMPLE_DAYS)[2]]
        if line["CustomerID"] and not line["InvoiceNo"].startswith("C")
    ]
    returns = [
        dict(
            line,
            InvoiceNo="C" + str(990000 + number),
            Quantity=str(-int(line["Quantity"])),
            InvoiceDate="12/8/24 17:00",
        )
        for number, line in enumerate(sales[:40])
    ]
    write(folder / "returns.csv", returns)


def moved_customers(folder: Path) -> None:
    """A customer moves home, out of scope; another comes from there with more than it had."""
    lines = [line for line in SAMPLE_DAYS[LAST[0]] if line["CustomerID"]]
    moved = dict(lines[0], Country="United Kingdom", Quantity="99999", InvoiceNo="995001")
    arrived = dict(lines[-1], Country="Norway", Quantity="99998", InvoiceNo="995002")
    write(folder / "moved.csv", [moved, arrived])


def a_file_is_gone(folder: Path) -> None:
    (folder / "last_0.csv").unlink()


def nothing(folder: Path) -> None:
    """Files are as they were."""


@pytest.fixture(scope="module")
def history(build: Builder, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Build]:
    """Return a folder of files, all lines but those of some days, and a build from it."""
    folder = tmp_path_factory.mktemp("lines")
    held_back = {EARLY, LAST[2], LAST[3]}
    for number in (0, 1):
        write(folder / f"last_{number}.csv", SAMPLE_DAYS[LAST[number]])
        held_back.add(LAST[number])
    write(
        folder / "history.csv",
        [line for day, lines in SAMPLE_DAYS.items() if day not in held_back for line in lines],
    )
    first = build(folder, *WITHOUT_TESTS)
    assert first.success, [(r.node.name, r.message) for r in first.results if r.status == "error"]
    return folder, first


def test_a_build_with_every_test_publishes_what_a_whole_build_publishes(
    history: tuple[Path, Build], build: Builder
) -> None:
    folder, first = history
    one_more_day(folder)
    late_lines(folder)
    again = build(folder, "build", "--exclude", "resource_type:unit_test", folder=first.folder)
    assert again.success, [
        (r.node.name, r.message) for r in again.results if r.status in ("error", "fail")
    ]
    assert went_on(again)
    columns = again.query(
        "select table_name, list(column_name) filter (where not contains(column_name, 'line_id')) "
        "from duckdb_columns() where not internal group by 1 order by 1"
    )
    published = {
        name: again.query(f"select {', '.join(names)} from {name} order by all")
        for name, names in columns
    }
    assert build(folder, *WITHOUT_TESTS, "--full-refresh", folder=first.folder).success
    for name, names in columns:
        assert published[name] == first.query(
            f"select {', '.join(names)} from {name} order by all"
        ), name


CHANGES: list[tuple[Change, ...]] = [
    (nothing,),
    (corrected_day, a_day_twice),
    (cancelled_sales, moved_customers, a_file_is_gone),
]


def test_changed_files_give_what_a_whole_build_gives(
    history: tuple[Path, Build], build: Builder
) -> None:
    folder, first = history
    for changes in CHANGES:
        for change in changes:
            change(folder)
        again = build(folder, *RUN, folder=first.folder)
        assert again.success, again.exception
        assert went_on(again)
        kept = tables(again)
        whole = build(folder, *RUN, "--full-refresh", folder=first.folder)
        assert whole.success, whole.exception
        for name, rows in tables(whole).items():
            assert kept[name] == rows, name
