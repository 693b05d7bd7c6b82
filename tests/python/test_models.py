"""Stored models: builds go on with them, refits are matched, and nothing looks into the future."""

from pathlib import Path
from typing import Any

import pytest
from conftest import SAMPLE, Build, Builder

LINES = SAMPLE / "invoice_lines.csv"
Rows = list[tuple[Any, ...]]
WITHOUT_TESTS = ("build", "--exclude", "resource_type:test", "resource_type:unit_test")
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
    return build.query("select customer_id, segment_id from fct_customer_segments order by 1")


def labels_as_of(build: Build, day: str) -> Rows:
    return build.query(
        "select customer_id, segment_id from fct_customer_segment_history "
        f"where valid_from <= date '{day}' and (valid_to > date '{day}' or valid_to is null) "
        "order by 1"
    )


@pytest.fixture(scope="module")
def autumn_then_all(build: Builder) -> tuple[Rows, Build]:
    """Build as of November, then with all lines in one warehouse; return November's labels too."""
    before = build(LINES, *WITHOUT_TESTS, "--vars", "as_of: 2024-11-01")
    return labels(before), build(LINES, *WITHOUT_TESTS, folder=before.folder)


def test_a_build_goes_on_with_the_stored_model(autumn_then_all: tuple[Rows, Build]) -> None:
    _, after = autumn_then_all
    assert after.success
    assert models(after) == [(1, "first model", "accepted", True)]
    assert after.query("select as_of_date::varchar from dim_models") == [("2024-11-01",)]


def test_a_lost_database_is_made_again_with_the_same_labels(
    autumn_then_all: tuple[Rows, Build], build: Builder
) -> None:
    again = build(LINES, *WITHOUT_TESTS, "--vars", "as_of: 2024-11-01")
    again = build(LINES, *WITHOUT_TESTS, folder=again.folder)
    assert labels(again) == labels(autumn_then_all[1])


def test_the_history_says_what_the_build_as_of_then_said(
    autumn_then_all: tuple[Rows, Build],
) -> None:
    november, after = autumn_then_all
    assert len(november) > 300
    assert labels_as_of(after, "2024-11-01") == november
    assert labels_as_of(after, "2024-12-31") == labels(after) != november


def test_without_a_refit_only_behaviour_changes_labels(
    autumn_then_all: tuple[Rows, Build],
) -> None:
    _, after = autumn_then_all
    causes = after.query("select distinct cause from rpt_label_changes")
    assert causes == [("behaviour changed",)]


def test_refits_keep_the_keys_and_say_what_became_of_clusters(
    autumn_then_all: tuple[Rows, Build], build: Builder
) -> None:
    _, before = autumn_then_all
    stored = labels(before)
    december = dict(labels_as_of(before, "2024-12-01"))
    after = build(LINES, *WITHOUT_TESTS, "--vars", "refit: true", folder=before.folder)
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
    sample_build: Build, build: Builder
) -> None:
    fresh = build(LINES, *WITHOUT_TESTS, "--vars", "as_of: 2024-06-01")
    used = build(LINES, *WITHOUT_TESTS)
    used = build(LINES, *WITHOUT_TESTS, "--vars", "as_of: 2024-06-01", folder=used.folder)
    assert models(used)[1] == (2, "no stored model for these items and dates", "accepted", True)
    assert labels(used) == labels(fresh)
    later = build(LINES, *WITHOUT_TESTS, folder=used.folder)
    assert [version for version, *_, in_force in models(later) if in_force] == [1]
    assert labels(later) == labels(sample_build)


def test_segments_that_do_not_come_back_stop_the_build_by_name(
    build: Builder, tmp_path: Path
) -> None:
    floors = "segment_jaccard_min: 1, stability_min: 1"
    stopped = build(LINES, *WITHOUT_TESTS, "--vars", f"{{{floors}}}")
    assert not stopped.success
    [message] = [str(result.message) for result in stopped.results if result.status == "error"]
    assert "Segment B" in message
    assert "dissolves" in message
    assert "stability_severity" in message
    warned = build(LINES, *WITHOUT_TESTS, "--vars", f"{{{floors}, stability_severity: warn}}")
    assert warned.success


def test_auto_takes_the_recommended_numbers(build: Builder) -> None:
    auto = "behaviour_cluster_count: auto, taste_cluster_count: auto"
    variables = f"{{{auto}, diagnostics: true, diagnostics_repeat_count: 4}}"
    found = build(LINES, *WITHOUT_TESTS, "--vars", variables)
    assert found.success, found.exception
    taken = found.query("select is_chosen, is_recommended from rpt_cluster_diagnostics")
    assert len(taken) == 18
    assert all(chosen == recommended for chosen, recommended in taken)
    [(behaviour, taste, settings)] = found.query(
        "select behaviour_cluster_count, taste_cluster_count, settings from dim_models"
    )
    assert found.query("select count(*) from dim_segments") == [(behaviour * taste,)]
    assert "behaviour_cluster_count=auto" in settings
    assert "cluster_min_share=0.15" in settings  # another rule is another model
