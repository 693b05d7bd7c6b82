"""The shipped sample: made again to the byte, and every planted thing found."""

import csv
import random
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SAMPLE, SEPTEMBER, WITHOUT_TESTS, Build, Builder
from sklearn.metrics import adjusted_rand_score

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
    "rpt_value_backtest",
]


def _truth(name: str, key: str) -> dict[str, dict[str, str]]:
    with (SAMPLE / name).open(newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def quirks() -> dict[str, dict[str, str]]:
    return _truth("quirks_truth.csv", "quirk")


def test_the_generator_writes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, SAMPLE / "generate.py", "--output", tmp_path], check=True, timeout=60
    )
    for name in ("invoice_lines.csv", "customers_truth.csv", "quirks_truth.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_every_model_and_test_passes(sample_build: Build) -> None:
    assert sample_build.exception is None
    assert sample_build.statuses <= {"success", "pass"}
    kinds = {str(result.node.resource_type) for result in sample_build.results}
    assert {"model", "seed", "test", "unit_test"} <= kinds


@pytest.mark.parametrize(("axis", "column"), [("behaviour", "behaviour"), ("taste", "taste")])
def test_planted_groups_are_recovered(sample_build: Build, axis: str, column: str) -> None:
    truth = _truth("customers_truth.csv", "customer_id")
    found = dict(
        sample_build.query(f"select customer_id, {column}_name from fct_customer_segments")
    )
    common = sorted(truth.keys() & found.keys())
    assert len(common) >= 0.98 * len(truth)
    planted = [truth[customer][axis] for customer in common]
    assert adjusted_rand_score(planted, [found[customer] for customer in common]) >= 0.85


def test_customers_without_a_segment_gave_everything_back(sample_build: Build) -> None:
    truth = _truth("customers_truth.csv", "customer_id").keys()
    status = dict(sample_build.query("select customer_id, customer_status from dim_customers"))
    assert truth <= status.keys()
    missing = [customer for customer in truth if status[customer] != "segmented"]
    assert {status[customer] for customer in missing} == {"returned everything"}
    assert len(missing) == 3  # as planted


def test_segments_are_neither_tiny_nor_huge(sample_build: Build) -> None:
    shares = sample_build.query("select customer_share from rpt_segment_summary where not is_total")
    assert len(shares) == 8
    assert all(0.05 <= share <= 0.40 for (share,) in shares)


@pytest.mark.parametrize(
    ("disposition", "reason", "quirk", "less"),
    [
        # One planted duplicate is of the home country, the others are international sales.
        ("sale", None, "merchandise_sale_lines", 79),
        ("out_of_scope", "home country", "home_country_lines", 0),
        ("non_merchandise", "postage", "postage_lines", 0),
        ("non_merchandise", "discount", "discount_lines", 0),
        ("non_merchandise", "manual", "manual_lines", 0),
        ("non_merchandise", "packaging", "pads_lines", 0),
        ("free_good", None, "free_good_lines", 0),
    ],
)
def test_the_ledger_finds_each_planted_kind_of_line(
    sample_build: Build,
    quirks: dict[str, dict[str, str]],
    disposition: str,
    reason: str | None,
    quirk: str,
    less: int,
) -> None:
    [(found,)] = sample_build.query(
        f"select sum(line_count) from rpt_line_dispositions where disposition = '{disposition}'"
        + (f" and reason = '{reason}'" if reason else "")
    )
    column = "international_line_count" if disposition != "out_of_scope" else "line_count"
    assert found == int(quirks[quirk][column]) - less


def test_cancelled_units_match_as_planted(
    sample_build: Build, quirks: dict[str, dict[str, str]]
) -> None:
    [(lines, uncovered)] = sample_build.query(
        "select count(*), sum(cancelled_unit_count - matched_unit_count) from fct_cancellations"
    )
    assert lines == int(quirks["merchandise_cancellation_lines"]["line_count"])
    assert uncovered == -int(quirks["uncovered_cancellation_lines"]["units"])
    [(orphans,)] = sample_build.query(
        "select count(*) from fct_cancellations where outcome = 'orphan_cancellation'"
    )
    assert orphans == int(quirks["orphan_cancellation_lines"]["line_count"])


def test_duplicates_are_counted_once(
    sample_build: Build, quirks: dict[str, dict[str, str]]
) -> None:
    [(found,)] = sample_build.query(
        "select line_count from rpt_line_dispositions where disposition = 'duplicate'"
    )
    assert found == int(quirks["duplicate_extra_lines"]["international_line_count"])


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
    marts = {*CUSTOMER_MARTS, "fct_exercise_features"} - {"rpt_line_dispositions"}
    cut, whole = build(file, *WITHOUT_TESTS, *SEPTEMBER), september_build
    assert cut.tables(list(marts)) == whole.tables(list(marts))
    assert whole.query(
        "select line_count from rpt_line_dispositions where reason = 'on or after the as-of date'"
    ) == [(len(lines) - 1 - len(early),)]
    [(orders, spend)] = whole.query(
        "select sum(expected_orders_90d), sum(expected_spend_gbp) from fct_customer_value"
    )
    forecast = dict(
        sample_build.query(
            "select measure, predicted_total from rpt_value_backtest "
            "where method = 'model' and forecast_date = '2024-09-10'"
        )
    )
    assert forecast == pytest.approx({"orders": orders, "net sales": spend})
