"""The same lines delivered in another way give the same tables."""

import csv
import random
from pathlib import Path

import pytest
from conftest import SAMPLE, SEPTEMBER, WITHOUT_TESTS, Build, Builder

CUSTOMER_MARTS = [
    "dim_customers",
    "dim_items",
    "dim_segments",
    "fct_customer_features",
    "fct_customer_rfm",
    "fct_customer_segments",
    "fct_customer_value",
    "fct_orders",
    "rpt_cancellation_outcomes",
    "rpt_line_dispositions",
    "rpt_segment_summary",
    "rpt_segment_value",
    "rpt_forecast_choices",
    "rpt_value_backtest",
]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return (SAMPLE / "invoice_lines.csv").read_text(encoding="utf-8").splitlines(keepends=True)


def test_neither_order_nor_files_nor_threads_matter(
    sample_build: Build,
    build: Builder,
    lines: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One file a day, its lines shuffled, on one thread.

    Every tenth day is delivered twice, and repeats count as duplicates.
    """
    days: dict[str, list[str]] = {}
    for row, line in zip(csv.DictReader(lines), lines[1:], strict=True):
        month, day, year = row["InvoiceDate"].split(" ")[0].split("/")
        days.setdefault(f"20{year}-{int(month):02}-{int(day):02}", []).append(line)
    for number, (day_name, day_lines) in enumerate(days.items()):
        random.Random(number).shuffle(day_lines)
        for copy in ("", "_again") if number % 10 == 0 else ("",):
            text = "".join([lines[0], *day_lines])
            (tmp_path / f"{day_name}{copy}.csv").write_text(text, encoding="utf-8")
    monkeypatch.setenv("SEGMENTS_DUCKDB_THREADS", "1")
    monkeypatch.setenv("SEGMENTS_THREADS", "4")
    found = build(tmp_path, *WITHOUT_TESTS)
    marts = [name for name in CUSTOMER_MARTS if name != "rpt_line_dispositions"]
    assert found.tables(marts) == sample_build.tables(marts)
    duplicates = (
        "select reason, line_count from rpt_line_dispositions where disposition = 'duplicate'"
    )
    [(_, repeated)] = sample_build.query(duplicates)
    again = dict(found.query(duplicates))
    assert again["also in another file"] > 1_000
    assert again["repeated in its file"] >= repeated


def test_an_overlapping_extract_moves_no_customer(
    sample_build: Build, build: Builder, lines: list[str], tmp_path: Path
) -> None:
    """Lines of one country of customers with two, delivered once more."""
    two = {
        row[0]
        for row in sample_build.query(
            "select customer_id from dim_customers where country_count > 1"
        )
    }
    country = dict(sample_build.query("select customer_id, country from dim_customers"))
    rows = csv.DictReader(lines)
    again = [
        line
        for row, line in zip(rows, lines[1:], strict=True)
        if (customer := row["CustomerID"].removesuffix(".0")) in two
        and row["Country"] != country[customer]
    ]
    assert len(again) > 50
    (tmp_path / "all.csv").write_text("".join(lines), encoding="utf-8")
    (tmp_path / "extract.csv").write_text("".join([lines[0], *again]), encoding="utf-8")
    found = build(
        tmp_path, "build", "--select", "+dim_customers", "--exclude-resource-type", "unit_test"
    )
    with found.open_warehouse() as warehouse:
        customers = warehouse.execute("from dim_customers order by all").fetchall()
    assert customers == sample_build.query("from dim_customers order by all")


def test_as_of_sees_nothing_of_the_future(
    sample_build: Build,
    september_build: Build,
    build: Builder,
    lines: list[str],
    tmp_path: Path,
) -> None:
    """The file cut off at the date gives the same tables as the whole file looked at from it.

    It is the day of the backtest, which forecasts what that build would have forecast.
    """

    def is_before(row: dict[str, str]) -> bool:
        month, day, year = (int(part) for part in row["InvoiceDate"].split(" ")[0].split("/"))
        return (year, month, day) < (24, 9, 10)

    rows = csv.DictReader(lines)
    early = [line for row, line in zip(rows, lines[1:], strict=True) if is_before(row)]
    file = tmp_path / "early.csv"
    file.write_text("".join([lines[0], *early]), encoding="utf-8")
    marts = {*CUSTOMER_MARTS, "fct_baseline_features"} - {"rpt_line_dispositions"}
    cut, whole = build(file, *WITHOUT_TESTS, *SEPTEMBER), september_build
    assert cut.tables(list(marts)) == whole.tables(list(marts))
    assert whole.query(
        "select line_count from rpt_line_dispositions where reason = 'on or after the as-of date'"
    ) == [(len(lines) - 1 - len(early),)]
    [(orders, spend)] = whole.query(
        "select sum(expected_orders_90d), sum(expected_spend) from fct_customer_value"
    )
    forecast = dict(
        sample_build.query(
            "select measure, predicted_total from rpt_value_backtest "
            "inner join rpt_forecast_choices using (measure, method, forecast_date) "
            "where is_chosen and forecast_date = '2024-09-10'"
        )
    )
    assert forecast == pytest.approx({"orders": orders, "net sales": spend})
