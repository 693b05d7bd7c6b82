"""A build on changed files gives the tables that a build from nothing gives, whatever changed."""

import csv
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import (
    DATA_TESTS,
    SAMPLE,
    WITHOUT_TESTS,
    Build,
    Builder,
    copied,
    release_warehouse,
)
from dbt.adapters.duckdb.connections import DuckDBConnectionManager

# The models whose rows belong to customers, and what is made of them at once.
RUN = (
    "run",
    "--select",
    "+tag:by_customer",
    "+dim_items",
    "+fct_customer_segment_history",
    "+rpt_segment_families",
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


def write(path: Path, lines: list[Row], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
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


def renamed_item(folder: Path) -> None:
    """One customer's lines give an item that many others bought a name of another family."""
    lines = [line for line in SAMPLE_DAYS[LAST[0]] if line["CustomerID"]]
    sold = [line["StockCode"] for day in SAMPLE_DAYS.values() for line in day]
    [(code, count)] = Counter(code for code in sold if code[:5].isdigit()).most_common(1)
    renamed = dict(lines[0], StockCode=code, Description="CHRISTMAS STAR", InvoiceNo="996001")
    write(
        folder / "renamed.csv",
        [dict(renamed, UnitPrice=f"{1 + number / 100:.2f}") for number in range(count)],
    )


def a_customer_of_a_shared_invoice(folder: Path) -> None:
    """Called twice: an invoice number and an item of one customer, then of another one too."""
    by_customer = {line["CustomerID"]: line for line in SAMPLE_DAYS[LAST[0]] if line["CustomerID"]}
    _, one, other, *_ = by_customer.values()
    shared = {name: one[name] for name in ("StockCode", "Description")} | {"InvoiceNo": "997001"}
    for path, line in ((folder / "one.csv", one), (folder / "other.csv", other)):
        if not path.exists():
            write(path, [line | shared])
            return


def dated(path: Path, date: str, number: int) -> None:
    """Write the lines of the last day as of another date, in invoices of their own."""
    write(
        path,
        [
            dict(line, InvoiceDate=f"{date} 12:00", InvoiceNo=f"{line['InvoiceNo']}{number}")
            for line in SAMPLE_DAYS[LAST[3]]
        ],
    )


def last_day_of_the_month(folder: Path) -> None:
    """The as-of date is a month end by itself."""
    dated(folder / "last_of_month.csv", "12/31/24", 1)


def first_days_of_the_next(folder: Path) -> None:
    dated(folder / "next_month.csv", "1/3/25", 2)


def the_next_month_is_gone(folder: Path) -> None:
    (folder / "next_month.csv").unlink()
    (folder / "last_of_month.csv").unlink()


def a_file_is_gone(folder: Path) -> None:
    (folder / "last_0.csv").unlink()


def a_day_in_utf_16(folder: Path) -> None:
    """DuckDB cannot read the file: a copy is made."""
    lines = [dict(line, Quantity="7") for line in SAMPLE_DAYS[LAST[3]]]
    write(folder / "wide.csv", lines, "utf-16")


def a_customer_less_in_utf_16(folder: Path) -> None:
    lines = [dict(line, Quantity="7") for line in SAMPLE_DAYS[LAST[3]]]
    last = max(line["CustomerID"] for line in lines)
    write(folder / "wide.csv", [line for line in lines if line["CustomerID"] != last], "utf-16")


def copies_of(file: Path) -> int:
    """Return in how many states `file` is copied."""
    states = [state.read_bytes() for state in Path("target/invoice_lines").glob("*/state")]
    return sum(state.endswith(b" " + os.fsencode(file)) for state in states)


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
    assert first.success, first.failures
    return folder, first


def test_a_build_with_every_test_publishes_what_a_whole_build_publishes(
    history: tuple[Path, Build], build: Builder
) -> None:
    folder, first = history
    one_more_day(folder)
    late_lines(folder)
    again = build(folder, *DATA_TESTS, folder=first.folder)
    assert again.success, again.failures
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
    (corrected_day, a_day_twice, last_day_of_the_month, a_day_in_utf_16),
    (a_customer_of_a_shared_invoice,),
    (a_customer_of_a_shared_invoice, renamed_item),
    (first_days_of_the_next, a_customer_less_in_utf_16),
    (cancelled_sales, moved_customers, a_file_is_gone, the_next_month_is_gone),
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
        assert copies_of(folder / "wide.csv") == (folder / "wide.csv").exists()
        kept = tables(again)
        whole = build(folder, *RUN, "--full-refresh", folder=first.folder)
        assert whole.success, whole.exception
        for name, rows in tables(whole).items():
            assert kept[name] == rows, name


def test_a_run_of_some_models_neither_goes_on_nor_is_gone_on_from(
    history: tuple[Path, Build], build: Builder, tmp_path: Path
) -> None:
    """The tables by customer alone, after a new day: what they are made of is of the day before."""
    folder, first = history
    copied(first, tmp_path)
    dated(folder / "day.csv", "12/12/24", 3)
    for arguments in (("run", "--select", "tag:by_customer"), RUN):
        again = build(folder, *arguments, folder=tmp_path)
        assert again.success, again.failures
        assert not went_on(again)


def test_rows_stay_untested_until_every_test_has_passed(
    history: tuple[Path, Build], build: Builder, tmp_path: Path
) -> None:
    """A customer twice, of whom no line is new, in a table that no other needs: all are made."""
    folder, first = history
    copied(first, tmp_path)
    table = "main.fct_baseline_features"
    spoil = f"insert into {table} select * from {table}"

    def change(statement: str) -> None:
        release_warehouse()
        with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
            warehouse.execute(f"{statement} where rowid = (select max(rowid) from {table})")

    def again(*arguments: str) -> set[str]:
        built = build(folder, *(arguments or DATA_TESTS), folder=tmp_path)
        assert went_on(built)
        return {str(result.node.name) for result in built.results if result.status == "fail"}

    broken = {"unique_fct_baseline_features_customer_id"}
    assert again(*WITHOUT_TESTS) == set()
    change(spoil)
    assert again() == broken, "the build before had no tests"
    assert again() == broken, "a test failed in the build before"
    change(f"delete from {table}")
    assert again() == set()
    change(spoil)
    assert again() == set(), "every row was tested, and nobody is touched since"
