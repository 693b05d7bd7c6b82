"""The shipped sample: made again to the byte, and every planted thing found."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SAMPLE, Build
from sklearn.metrics import adjusted_rand_score


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
    assert sample_build.statuses <= {"success", "pass"}
    results = json.loads((sample_build.target / "run_results.json").read_text(encoding="utf-8"))
    kinds = {result["unique_id"].split(".")[0] for result in results["results"]}
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
    shares = sample_build.query("select customer_share from rpt_segment_summary")
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
