"""Segments of a day against the days after it: measured right, and without a look at the future."""

import dataclasses
import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import SAMPLE, Build, Builder, environment, release_warehouse
from scipy import sparse

from customer_segments.backtesting.baselines import (
    EXERCISE_FEATURES,
    exercise_labels,
    random_labels,
    tercile_labels,
)
from customer_segments.backtesting.markdown import QUESTIONS, backtest_report, verdict
from customer_segments.backtesting.measures import OURS, Cutoff, measure_cutoff
from customer_segments.commands import backtest as command

LINES = SAMPLE / "invoice_lines.csv"


@pytest.fixture(scope="module")
def cutoff() -> Cutoff:
    """Return 300 customers in three groups that buy other things, one of which comes back."""
    random = np.random.default_rng(11)
    group = np.arange(300) % 3
    spend = np.where(random.random(300) < np.array([0.1, 0.5, 0.9])[group], 100.0, 0.0)
    bought = [np.where(random.random((300, 9)) < 0.3, group[:, None] == np.arange(9) % 3, False)]
    bought.append(bought[0] & (spend[:, None] > 0))
    past, future = (sparse.csr_array(items.astype(np.float64)) for items in bought)
    labels = {OURS: group + 1, "twin": 3 - group, "random": random_labels(group + 1)}
    return Cutoff(date(2024, 9, 1), labels, {}, 10.0 + group, spend, past, future, 100.0)


def value(table: pd.DataFrame, design: str, measure: str, column: str = "value") -> float:
    [found] = table.loc[(table["design"] == design) & (table["measure"] == measure), column]
    return float(found)


def test_meaning_is_told_from_chance(cutoff: Cutoff) -> None:
    table = measure_cutoff(cutoff)
    for measure in ("eta2_adj", "auc", "gini", "item_bits"):
        low, high = (value(table, OURS, measure, side) for side in ("low", "high"))
        assert low < value(table, OURS, measure) < high
        assert value(table, "random", measure, "difference_low") > 0
        assert value(table, "random", measure, "difference") == pytest.approx(
            value(table, OURS, measure) - value(table, "random", measure)
        )
    assert value(table, OURS, "smallest_share") == pytest.approx(1 / 3)


def test_the_names_of_groups_do_not_matter_and_draws_are_paired(cutoff: Cutoff) -> None:
    table = measure_cutoff(cutoff)
    for measure in ("eta2_adj", "auc", "gini", "rec_lift", "rec_lift_shrunk"):
        for column in ("difference", "difference_low", "difference_high"):
            assert value(table, "twin", measure, column) == pytest.approx(0, abs=1e-12)
    pd.testing.assert_frame_equal(table, measure_cutoff(cutoff))


def test_nothing_to_measure_is_null_and_not_an_error(cutoff: Cutoff) -> None:
    nothing = sparse.csr_array(cutoff.future_items.shape)
    quiet = dataclasses.replace(cutoff, future_spend=np.zeros(300), future_items=nothing)
    table = measure_cutoff(quiet)
    assert (table["buyer_count"] == 0).all()
    for measure in ("auc", "gini", "item_bits", "rec_lift", "rec_lift_shrunk"):
        for column in ("value", "low", "high", "difference"):
            assert math.isnan(value(table, "random", measure, column))
    text = backtest_report(table.assign(as_of_date="a", input_name="b", outcomes_until_date="c"))
    assert "0% bought again" in text
    assert "nan" not in text


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.01, 0.1, "better"),
        (0.0, 0.1, "level"),
        (-0.1, 0.1, "level"),
        (-0.1, 0.0, "level"),
        (-0.1, -0.01, "worse"),
        (math.nan, math.nan, "not measured"),
    ],
)
def test_a_verdict_is_what_the_interval_leaves_out(low: float, high: float, word: str) -> None:
    assert verdict({"difference_low": low, "difference_high": high}) == word


def test_it_ends_in_plain_words_for_each_measure_and_rival(cutoff: Cutoff) -> None:
    labels = cutoff.labels | {"rfm": cutoff.labels["random"], "country": cutoff.labels["twin"]}
    table = measure_cutoff(dataclasses.replace(cutoff, labels=labels))
    text = backtest_report(table.assign(as_of_date="a", input_name="b", outcomes_until_date="c"))
    words = text.partition("In words, segments of these 300 customers tell:")[2].split("\n- ")[1:]
    assert len(words) == len(QUESTIONS) + 2
    low, high = (value(table, "rfm", "auc", f"difference_{side}") for side in ("low", "high"))
    less = value(table, "rfm", "auc", "difference")
    assert words[1] == (
        f"who buys again (AUC): better than RFM ({less:+.3f}, {low:+.3f} to {high:+.3f}), "
        "level with country (+0.000, +0.000 to +0.000)."
    )
    assert words[-1] == "Against country in all: level in 5 of 5."


def test_a_single_customer_can_be_measured(cutoff: Cutoff) -> None:
    one = Cutoff(
        cutoff.as_of_date,
        {OURS: np.array([1]), "random": np.array([1])},
        {},
        *(np.array([5.0]) for _ in range(2)),
        *(sparse.csr_array(np.ones((1, 1))) for _ in range(2)),
        100.0,
    )
    assert value(measure_cutoff(one), OURS, "largest_share") == 1


def test_baselines() -> None:
    assert tercile_labels(np.array([5.0, 1, 3, 2, 4, 6])).tolist() == [3, 1, 2, 1, 2, 3]
    dealt = random_labels(np.array([1, 1, 1, 2, 3, 3]), seed=1)
    assert sorted(dealt) == [1, 1, 1, 2, 3, 3]
    assert (dealt == random_labels(np.array([1, 1, 1, 2, 3, 3]), seed=1)).all()
    few = pd.DataFrame({name: [1.0, 1.0, 5.0] for name in EXERCISE_FEATURES})
    assert len(set(exercise_labels(few))) == 2  # as many as differ


@pytest.fixture(scope="module")
def measured(build: Builder) -> tuple[Build, str]:
    """Run the command on the sample and build the mart; return the build and what was printed."""
    outside = build(LINES, "parse")  # sets the environment
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("builtins.print", lambda *words, **_: printed.append(" ".join(words)))
        given = ["--vars=customer_scope: international", "--vars", "date_order: infer"]
        assert command.backtest(["2024-09-01", *given]) == 0, printed
    models = ["int_backtest_measures_stored", "rpt_segment_backtest"]
    return build(LINES, "build", "--select", *models, folder=outside.folder), "\n".join(printed)


def test_the_command_measures_and_the_mart_shows_it(measured: tuple[Build, str]) -> None:
    built, printed = measured
    assert built.success
    with built.open_warehouse() as warehouse:
        rows = warehouse.execute(
            "select design, count(*), min(segment_count), count(verdict) "
            "from rpt_segment_backtest where as_of_date = '2024-09-01' group by 1 order by 1"
        ).fetchall()
        assert [row[0] for row in rows] == [
            "country",
            "exercise",
            "random",
            "rfm",
            "sales terciles",
            OURS,
        ]
        assert all(row[1] == 8 and row[3] == 6 * (row[0] != OURS) for row in rows)
        groups = {row[0]: row[2] for row in rows}
        assert (groups[OURS], groups["random"], groups["exercise"]) == (8, 8, 3)
        # What was planted in the sample: tastes of their own, and regulars who come back.
        [(items, spend)] = warehouse.execute(
            "select max(low) filter (where measure = 'item_bits'), "
            "max(low) filter (where measure = 'eta2_adj') "
            f"from rpt_segment_backtest where design = '{OURS}'"
        ).fetchall()
        assert items > 0.1
        assert spend > 0.1
    assert "| segments" in printed
    assert "bought again before 2024-12-09" in printed


def test_the_mart_is_there_and_empty_before_any_backtest(sample_build: Build) -> None:
    assert sample_build.query("select count(*) from rpt_segment_backtest") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["yesterday"], ["yesterday is no date", "2011-09-01"]),
        (["2024-09-01", "--vars", "all"], ["--vars holds no variables"]),
        (["2031-09-01"], ["2031-09-01 is outside the data", "2023-12-01", "2024-12-09"]),
        (["2023-12-01"], ["2023-12-01 is outside the data"]),
        (["2024-09-01"], ["as of 2024-09-01 is one as of 2024-12-09"]),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_message(
    sample_build: Build,
    arguments: list[str],
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    release_warehouse()
    # The build of the sample has left the names of a folder that was moved since.
    for name, value in environment(tmp_path, LINES).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(command, "_build", lambda *_: sample_build.warehouse)
    assert command.backtest(arguments) == 1
    message = capsys.readouterr().err
    assert message.count("Error: ") == 1
    for word in words:
        assert word in message
    assert not (tmp_path / "warehouse.duckdb").exists()
