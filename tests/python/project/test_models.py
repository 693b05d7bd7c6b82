"""Stored models: builds go on with them, refits are matched, and nothing looks into the future."""

import csv
import random
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import DATA_TESTS, SAMPLE, SEPTEMBER, WITHOUT_TESTS, Build, Builder, copied

LINES = SAMPLE / "invoice_lines.csv"
Rows = list[tuple[Any, ...]]
LABELS = "select customer_id, segment_id from fct_customer_segments order by 1"
CAUSES = {
    (True, False): "behaviour changed",
    (False, True): "model changed",
    (True, True): "behaviour and model changed",
}


def models(build: Build) -> Rows:
    return build.query(
        "select model_version, fit_reason, decision, is_in_force from dim_models order by 1",
    )


def labels(build: Build) -> Rows:
    return build.query(LABELS)


def labels_as_of(build: Build, day: str) -> Rows:
    return build.query(
        "select customer_id, segment_id from fct_customer_segment_history "
        f"where valid_from <= date '{day}' and (valid_to > date '{day}' or valid_to is null) "
        "order by 1"
    )


@pytest.fixture(scope="module")
def september_then_all(
    september_build: Build, build: Builder, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    """Build with all lines on the models that a build as of September kept."""
    folder = copied(september_build, tmp_path_factory.mktemp("build"))
    return build(LINES, *WITHOUT_TESTS, folder=folder)


def test_a_build_goes_on_with_the_stored_model(september_then_all: Build) -> None:
    assert september_then_all.success
    assert models(september_then_all) == [(1, "first model", "accepted", True)]
    assert september_then_all.query("select as_of_date::varchar from dim_models") == [
        ("2024-09-10",)
    ]


def test_a_lost_database_is_made_again_with_the_same_labels(
    september_then_all: Build, build: Builder
) -> None:
    again = build(LINES, *WITHOUT_TESTS, *SEPTEMBER)
    again = build(LINES, *WITHOUT_TESTS, folder=again.folder)
    assert labels(september_then_all) == labels(again)


def test_the_history_says_what_a_build_of_then_said(
    september_build: Build, september_then_all: Build
) -> None:
    """Of the last month end before it too: later lines change nothing."""
    then = labels_as_of(september_build, "2024-09-01")
    assert len(then) > 300
    assert labels_as_of(september_then_all, "2024-09-01") == then
    for built in (september_build, september_then_all):
        assert labels_as_of(built, "2024-12-31") == labels(built) != then


def test_without_a_refit_only_behaviour_changes_labels(
    september_then_all: Build,
) -> None:
    causes = september_then_all.query("select distinct cause from rpt_label_changes")
    assert causes == [("behaviour changed",)]


def test_refits_keep_the_keys_and_say_what_became_of_clusters(
    september_then_all: Build, build: Builder
) -> None:
    stored = labels(september_then_all)
    december = dict(labels_as_of(september_then_all, "2024-12-01"))
    after = build(LINES, *WITHOUT_TESTS, "--vars", "refit: true", folder=september_then_all.folder)
    [first, second] = models(after)
    assert second[:2] == (2, "refit asked for")
    in_force = second if second[2] == "accepted" else first
    assert in_force[3]
    changed = sum(one != other for one, other in zip(stored, labels(after), strict=True))
    [(share,)] = after.query(
        "select changed_customer_share from dim_models where model_version = 2"
    )
    if second[2] == "accepted":
        assert share <= 0.05
        assert changed == round(share * len(stored))
    else:
        assert share > 0.05
        assert changed == 0
    continuing = after.query(
        "select axis, count(*) from rpt_segment_lineage where relation = 'continues' group by 1",
    )
    assert dict(continuing) == {"behaviour": 4, "taste": 2}
    # Labels since the last month end: what customers did, then what the other model does to them.
    middle, now = dict(stored), dict(labels(after))
    changes = after.query(
        "select customer_id, from_segment_id, unchanged_model_segment_id, to_segment_id, cause "
        "from rpt_label_changes"
    )
    assert {customer: tuple(change) for customer, *change in changes} == {
        customer: (
            label,
            middle[customer],
            now[customer],
            CAUSES[label != middle[customer], middle[customer] != now[customer]],
        )
        for customer, label in december.items()
        if label != now[customer]
    }
    if second[2] == "accepted":
        assert {cause for *_, cause in changes} >= {"behaviour changed", "model changed"}


def test_an_earlier_day_is_not_looked_at_with_a_later_model(
    sample_build: Build, september_build: Build, build: Builder, tmp_path: Path
) -> None:
    folder = copied(sample_build, tmp_path)
    earlier = build(LINES, *WITHOUT_TESTS, *SEPTEMBER, folder=folder)
    assert models(earlier)[1] == (2, "no stored model for these items and dates", "accepted", True)
    assert labels(earlier) == labels(september_build)
    later = build(LINES, *WITHOUT_TESTS, folder=folder)
    assert [version for version, *_, in_force in models(later) if in_force] == [1]
    assert labels(later) == labels(sample_build)


def test_segments_that_do_not_come_back_stop_the_build_by_name(
    build: Builder, tmp_path: Path
) -> None:
    floors = "segment_jaccard_min: 1, stability_min: 1"
    models_only = ("run", "--select", "+rpt_model_stability")
    folder = build(LINES, "seed").folder
    stopped = build(LINES, *models_only, "--vars", f"{{{floors}}}", folder=folder)
    assert not stopped.success
    [message] = [str(result.message) for result in stopped.results if result.status == "error"]
    for words in (
        "stability_min is 1. Behaviours agree by ",
        "segment_jaccard_min): B",
        "stability_severity",
    ):
        assert message.count(words) == 1, message
    weak, helps = re.search(r"it is the (\w+) axis\. .* (\w+_cluster_count): ", message).groups()
    assert helps.startswith(weak)
    warn = f"{{{floors}, stability_severity: warn}}"
    assert build(LINES, *models_only, "--vars", warn, folder=folder).success


def test_a_taste_without_substance_is_the_axis_that_is_named(
    build: Builder, tmp_path: Path
) -> None:
    """Items dealt out at random: with two tastes the build stops, by default it has none."""
    lines = tmp_path / "lines.csv"
    with LINES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    goods = [row for row in rows if re.fullmatch(r"\d{5}[A-Z]?", row["StockCode"])]
    dealt = random.Random(1)
    codes = [(row["StockCode"], row["Description"]) for row in goods]
    dealt.shuffle(codes)
    for row, (code, description) in zip(goods, codes, strict=True):
        row.update(StockCode=code, Description=description)
    with lines.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    two = build(lines, *WITHOUT_TESTS, "--vars", "taste_cluster_count: 2")
    [message] = [str(result.message) for result in two.results if result.status == "error"]
    assert "it is the taste axis." in message
    # Before anything is scored: nobody waits for marts that are not to be.
    made = {result.node.name for result in two.results if result.status == "success"}
    assert "ml_kmeans_parameters" in made
    assert not made & {"dim_taste_model", "ml_customer_clusters", "fct_customer_segments"}
    assert "taste_cluster_count: auto takes as many tastes as come back" in message
    found = build(lines, *DATA_TESTS)
    assert found.success, found.failures
    assert found.query("select taste_cluster_count from dim_models") == [(1,)]
    assert found.query("select segment_id, taste_name from dim_segments order by 1") == [
        (f"B{number}", "All tastes") for number in (1, 2, 3, 4)
    ]


def test_no_taste_is_behaviours_everywhere(build: Builder, sample_build: Build) -> None:
    found = build(LINES, *DATA_TESTS, "--vars", "taste_cluster_count: 1")
    assert found.success, found.failures
    behaviours = (
        "select customer_id, 'B' || regexp_extract(segment_id, 'B(.)', 1) "
        "from fct_customer_segments order by 1"
    )
    assert labels(found) == sample_build.query(behaviours)
    for sql in (
        "from dim_segments where segment_name <> behaviour_name",
        "from dim_segments where definition like '%buys more of%'",
        "from fct_customer_segments where taste_runner_up_segment_id is not null or is_taste_weak",
        "from fct_customer_segments where taste_confidence <> 1",
        "from fct_customer_reasons where axis = 'taste'",
        "from rpt_segment_rules where rule like '%item points%'",
        "from fct_customer_explanations where reason is null",
        "from rpt_taste_items",
        "from fct_customer_segment_history where segment_name is null",
    ):
        assert found.query(f"select count(*) {sql}") == [(0,)], sql
    offered = "select count(distinct customer_id) > 400 from fct_next_best_items"
    assert found.query(offered) == [(True,)]
    assert found.query(
        "select customer_id, segment_id from "
        "score_customers(fct_customer_features, fct_customer_items) order by 1"
    ) == labels(found)


def test_auto_takes_the_recommended_numbers(build: Builder) -> None:
    auto = "behaviour_cluster_count: auto, taste_cluster_count: auto"
    variables = f"{{{auto}, diagnostics: true, diagnostics_repeat_count: 4}}"
    marts = ("+rpt_cluster_diagnostics", "+dim_models", "+dim_segments")
    found = build(LINES, "seed")
    found = build(LINES, "run", "--select", *marts, "--vars", variables, folder=found.folder)
    assert found.success, found.exception
    warehouse = found.open_warehouse()
    taken = warehouse.execute(
        "select is_chosen, is_recommended from rpt_cluster_diagnostics"
    ).fetchall()
    assert len(taken) == 18
    assert all(chosen == recommended for chosen, recommended in taken)
    [(behaviour, taste, settings)] = warehouse.execute(
        "select behaviour_cluster_count, taste_cluster_count, settings from dim_models"
    ).fetchall()
    [(segments,)] = warehouse.execute("select count(*) from dim_segments").fetchall()
    assert segments == behaviour * taste
    assert "behaviour_cluster_count=auto" in settings
    assert "behaviour_min_share=0.15" in settings  # another rule is another model
