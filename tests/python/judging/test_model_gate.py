"""A fit and its gate: labels keep their ids, and a refit has to earn its place."""

import re
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest

from customer_segments.fitting.batched_fit import fit_batched
from customer_segments.fitting.customers import Customers, read_customers
from customer_segments.fitting.segment_model import SegmentModel, fit_segments
from customer_segments.fitting.settings import Settings
from customer_segments.judging.gate import Gate, decide, judge_model
from customer_segments.judging.rules import BOUNDS, behaviour_rules
from customer_segments.judging.stability import measure_stability
from customer_segments.registry import SCHEMA, add_model

UNITS = {"days": ["recency_days"], "count": ["order_count"], "money": ["net_sales"]}
SETTINGS = Settings(
    behaviour_features=["recency_days", "order_count", "net_sales"],
    feature_units=UNITS,
    behaviour_cluster_count=4,
    behaviour_clip_share=0.01,
    taste_cluster_count=2,
    taste_component_count=2,
    item_min_customers=3,
    kmeans_prior=1,
    kmeans_max_iter=300,
    random_seed=1,
)
GATE = Gate(
    stability_min=0.6,
    segment_jaccard_min=0.5,
    segment_min_relative_size=0.4,
    segment_max_share=0.4,
    refit_max_changed_share=0.05,
    stability_repeat_count=4,
    stability_customer_limit=1000,
)
COUNT_RULE = {
    "behaviour_cluster_bounds": [3, 6],
    "taste_cluster_bounds": [2, 4],
    "cluster_stability_min": 0,
    "cluster_jaccard_min": 0,
    "behaviour_min_share": 0,
    "taste_min_relative_size": 0,
    "taste_stability_min": 0,
    "diagnostics_repeat_count": 1,
    "diagnostics_customer_limit": 1000,
}


def shop(customer_count: int = 160, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return features and item counts of customers in four behaviours and two tastes."""
    random = np.random.default_rng(seed)
    ids = [f"{number:03}" for number in range(customer_count)]
    kind = np.arange(customer_count) % 8
    features = pd.DataFrame(
        {
            "customer_id": ids,
            "recency_days": np.where(kind % 2 == 0, 10, 200) + random.integers(0, 20, len(ids)),
            "order_count": np.where(kind % 4 < 2, 12, 2) + random.integers(0, 3, len(ids)),
            "net_sales": np.where(kind % 4 < 2, 4000, 200) * random.uniform(0.8, 1.2, len(ids)),
        }
    )
    rows = [
        (customer, f"{'TOY' if kind[row] < 4 else 'MUG'}{item}", int(random.integers(1, 4)))
        for row, customer in enumerate(ids)
        for item in random.choice(8, size=5, replace=False)
    ]
    return features, pd.DataFrame(rows, columns=["customer_id", "stock_code", "order_count"])


def model_of(table: pd.DataFrame) -> SegmentModel:
    return SegmentModel.from_table(table, UNITS)


def fit_and_judge(
    shop: tuple[pd.DataFrame, pd.DataFrame],
    settings: Settings = SETTINGS,
    gate: Gate = GATE,
    *,
    stored: pd.DataFrame | None = None,
    **asked: bool,
) -> pd.DataFrame:
    """Return the rows of a model that is fitted to features and item counts, as a build does."""
    customers = Customers.of(*shop)
    model = fit_segments(customers, settings)
    before = None if stored is None else model_of(stored)
    if before:
        model = model.matched(before, customers)
    judgement = judge_model(model, customers, settings, gate, before=before)
    return decide(judgement, model, settings.seed, **asked)


def fact(table: pd.DataFrame, parameter: str, column: str = "value") -> object:
    [found] = table.loc[(table["axis"] == "model") & (table["parameter"] == parameter), column]
    return found


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return fit_and_judge(shop())


def test_the_first_model_is_accepted_and_comes_back(first: pd.DataFrame) -> None:
    assert fact(first, "decision", "text") == "accepted"
    stability = first[first["parameter"] == "stability_mean"].set_index("axis")["value"]
    assert stability.to_dict() == pytest.approx({"behaviour": 1, "taste": 1, "segment": 1})
    jaccard = first[first["parameter"] == "jaccard"]
    assert jaccard.groupby("axis").size().to_dict() == {"behaviour": 4, "taste": 2, "segment": 8}
    assert jaccard["value"].min() > 0.99


def test_a_table_is_the_model(first: pd.DataFrame) -> None:
    customers = Customers.of(*shop())
    shuffled = first.sample(frac=1, random_state=1)
    found, expected = model_of(shuffled).predict(customers), fit_segments(customers, SETTINGS)
    assert (found == expected.predict(customers)).all()


def test_a_table_has_the_rules_of_the_model(first: pd.DataFrame) -> None:
    behaviour = first[first["axis"] == "behaviour"]
    model = model_of(first)
    boxes = behaviour_rules(model.behaviour, model.behaviour_ids, SETTINGS.seed)
    for bound in BOUNDS:
        stored = behaviour[behaviour["parameter"] == f"rule_{bound}"]
        assert stored["cluster_id"].tolist() == boxes["cluster_id"].tolist()
        assert stored["component"].tolist() == boxes["box_number"].tolist()
        np.testing.assert_array_equal(stored["value"].astype(float), boxes[bound])


def test_a_refit_keeps_the_ids_of_the_stored_clusters(first: pd.DataFrame) -> None:
    """The stored model calls its clusters 4, 3, 2, 9 and 2, 1: the refit does, too."""
    renamed = first.copy()
    names = {"behaviour": {1: 4, 2: 3, 3: 2, 4: 9}, "taste": {1: 2, 2: 1}}
    for axis, ids in names.items():
        rows = (first["axis"] == axis) & (first["parameter"] == "centroid")
        renamed.loc[rows, "cluster_id"] = first.loc[rows, "cluster_id"].map(ids)
    features, counts = shop(seed=4)
    table = fit_and_judge((features, counts), stored=renamed, is_comparable=True)
    customers = Customers.of(features, counts)
    assert (model_of(table).predict(customers) == model_of(renamed).predict(customers)).all()
    assert fact(table, "changed_customer_share") == 0
    assert fact(table, "adjusted_rand_index") == 1


def test_refit_after_refit_is_accepted_while_few_are_moved(first: pd.DataFrame) -> None:
    """All customers fall silent, and those on a border of the model are moved by its refits alone.

    They are whom rpt_label_changes has with the cause `model changed`: nothing else differs.
    """
    stored = first
    for month in (1, 2):
        features, counts = shop()
        features.loc[:7, "recency_days"] = [100, 105, 110, 115, 120, 125, 112, 108]
        features["recency_days"] += 60 * month
        customers = Customers.of(features, counts)
        refit = fit_and_judge((features, counts), stored=stored, is_comparable=True)
        assert fact(refit, "decision", "text") == "accepted"
        before, after = (model_of(table).predict(customers) for table in (stored, refit))
        moved = (before != after).any(axis=1)
        assert 0 < moved.mean() <= GATE.refit_max_changed_share
        assert moved.mean() == fact(refit, "changed_customer_share")
        stored = refit


def test_a_cluster_without_a_predecessor_gets_a_new_id(first: pd.DataFrame) -> None:
    more = replace(SETTINGS, behaviour_cluster_count=5)
    table = fit_and_judge(shop(), more, stored=first)
    assert fact(table, "decision", "text") == "accepted"  # other settings cannot be refused
    assert model_of(table).behaviour_ids.tolist() == [1, 2, 3, 4, 5]
    shared = table[(table["parameter"] == "shared_customers") & (table["axis"] == "behaviour")]
    assert shared.loc[shared["cluster_id"] == 5, "component"].notna().all()
    assert shared["value"].sum() == len(shop()[0])


def test_a_cluster_that_was_given_up_does_not_come_back_under_its_id(first: pd.DataFrame) -> None:
    """Four behaviours, then three, then five: what is new in the third model is B5 and B6."""
    features, counts = shop()
    stored = first.assign(model_version=1)
    ids = [model_of(first).behaviour_ids.tolist()]
    for version, behaviours in ((2, 3), (3, 5)):
        request = {
            "model_version": version,
            "compared_model_version": version - 1,
            "is_fit": True,
            "is_comparable": False,
            "is_forced": False,
            "fit_reason": "the settings are others",
            "as_of_date": "2011-09-01",
            "settings": f"behaviour_cluster_count={behaviours}",
        }
        stored = add_model(
            request=duckdb.from_df(pd.DataFrame([request])),
            stored=duckdb.from_df(stored),
            features=duckdb.from_df(features),
            counts=duckdb.from_df(counts),
            settings={
                "fit": vars(replace(SETTINGS, behaviour_cluster_count=behaviours)),
                "customers": {"fit_limit": 1000, "sample_limit": 1000, "seed": 1},
                "cluster_counts": COUNT_RULE,
                "gate": vars(GATE),
            },
        ).to_pandas()
        added = stored[stored["model_version"] == version]
        ids.append(model_of(added).behaviour_ids.tolist())
    assert ids[0] == [1, 2, 3, 4]
    assert len(ids[1]) == 3
    assert set(ids[1]) < set(ids[0])
    assert ids[2] == [*ids[1], 5, 6]


@pytest.mark.parametrize("fit_limit", [1000, 120])
def test_all_customers_are_fitted_whether_or_not_they_fit_in_memory(fit_limit: int) -> None:
    features, counts = (duckdb.from_df(table) for table in shop())
    request = {
        "model_version": 1,
        "compared_model_version": None,
        "is_fit": True,
        "is_comparable": False,
        "is_forced": False,
        "fit_reason": "first model",
        "as_of_date": "2011-09-01",
        "settings": "",
    }
    added = add_model(
        request=duckdb.from_df(pd.DataFrame([request])),
        stored=duckdb.from_df(SCHEMA.empty_table().to_pandas()),
        features=features,
        counts=counts,
        settings={
            "fit": vars(SETTINGS),
            "customers": {"fit_limit": fit_limit, "sample_limit": 1000, "seed": 1},
            "cluster_counts": COUNT_RULE,
            "gate": vars(GATE),
        },
    ).to_pandas()
    customers = read_customers(features, counts, fit_limit=fit_limit, sample_limit=1000, seed=1)
    assert len(customers) == min(fit_limit, 160)
    assert fact(added, "customer_count") == 160
    expected = (
        fit_segments(customers, SETTINGS)
        if fit_limit > 160
        else fit_batched(features, counts, SETTINGS, customers)
    )
    found = model_of(added)
    np.testing.assert_array_equal(found.behaviour.centroids, expected.behaviour.centroids)
    np.testing.assert_array_equal(found.taste.centroids, expected.taste.centroids)


def test_the_size_floor_is_part_of_an_equal_share(first: pd.DataFrame) -> None:
    """0.8 of an eighth is less than the smallest of eight equal segments; of four, more of each."""
    smallest = float(str(fact(first, "smallest_segment_share")))
    for asked, is_small in ((8 * smallest - 0.01, False), (8 * smallest + 0.01, True)):
        gate = replace(GATE, segment_min_relative_size=asked)
        reason = str(fact(fit_and_judge(shop(), gate=gate), "decision_reason", "text"))
        assert ("segment_min_relative_size" in reason) == is_small


def test_a_fit_says_how_kmeans_ended_and_what_plain_kmeans_makes(first: pd.DataFrame) -> None:
    """Planted quadrants are what plain KMeans finds too."""
    found = first.set_index(["axis", "parameter"])["value"]
    for axis in ("behaviour", "taste"):
        of_axis = found.loc[axis]
        assert of_axis["is_converged"] == 1
        assert 1 <= of_axis["step_count"] < 30
        assert of_axis["inertia"] == pytest.approx(of_axis["plain_inertia"])
        assert of_axis["silhouette"] == pytest.approx(of_axis["plain_silhouette"])
        assert of_axis["plain_stability"] == 1
    assert found.loc["behaviour", "clearest_group_count"] == 4
    assert found.loc["behaviour", "clearest_group_silhouette"] == pytest.approx(
        found.loc["behaviour", "silhouette"]
    )


def test_no_taste_is_judged_by_behaviour_and_goes_on_from_none(first: pd.DataFrame) -> None:
    none = replace(SETTINGS, taste_cluster_count=1)
    table = fit_and_judge(shop(), none, stored=first)
    assert model_of(table).taste_ids.tolist() == [0]
    jaccard = table[(table["parameter"] == "jaccard") & (table["axis"] == "segment")]
    assert jaccard["feature"].tolist() == ["B1", "B2", "B3", "B4"]
    assert not ((table["axis"] == "taste") & (table["parameter"] == "plain_inertia")).any()
    again = fit_and_judge(shop(seed=4), none, stored=table, is_comparable=True)
    assert fact(again, "decision", "text") == "accepted"
    assert fact(again, "changed_customer_share") == 0
    customers = Customers.of(*shop())
    two = fit_segments(customers, SETTINGS).matched(model_of(table), customers, (4, 2))
    assert two.taste_ids.tolist() == [3, 4]  # 1 and 2 were tastes before


def test_an_empty_segment_is_the_smallest() -> None:
    """Who orders little buys mugs only: a combination of the axes that nobody has is a segment."""
    features, counts = shop()
    small = features.loc[features["order_count"] < 6, "customer_id"]
    counts["stock_code"] = (
        counts["customer_id"].isin(small).map({True: "MUG", False: "TOY"})
        + counts["stock_code"].str[-1]
    )
    table = fit_and_judge((features, counts))
    assert fact(table, "smallest_segment_share") == 0
    assert "the smallest of 8 segments holds 0.0% of customers" in str(
        fact(table, "decision_reason", "text")
    )


def test_a_refit_that_changes_too_many_is_refused_unless_forced(first: pd.DataFrame) -> None:
    features, counts = shop(seed=5)
    features["recency_days"] = np.random.default_rng(9).permutation(features["recency_days"]) + 150
    table = fit_and_judge((features, counts), stored=first, is_comparable=True)
    assert fact(table, "decision", "text") == "refused"
    assert "would change segment" in str(fact(table, "decision_reason", "text"))
    assert not table["parameter"].isin(["centroid", "idf", "rule_worth_above"]).any()
    forced = fit_and_judge((features, counts), stored=first, is_comparable=True, is_forced=True)
    assert fact(forced, "decision", "text") == "accepted"
    assert "would change segment" in str(fact(forced, "decision_reason", "text"))


def test_a_refit_without_stable_segments_is_refused(first: pd.DataFrame) -> None:
    features, counts = shop(seed=6)
    random = np.random.default_rng(6)
    counts["stock_code"] = random.permutation(counts["stock_code"])  # no tastes any more
    counts = counts.drop_duplicates(["customer_id", "stock_code"])
    strict = replace(GATE, stability_min=0.99, segment_jaccard_min=0.99, refit_max_changed_share=1)
    table = fit_and_judge((features, counts), gate=strict, stored=first, is_comparable=True)
    assert fact(table, "decision", "text") == "refused"
    reason = str(fact(table, "decision_reason", "text"))
    assert "stability_min" in reason
    assert re.search(r"behaviours by \d\.\d\d, tastes by \d\.\d\d", reason)
    assert reason.count("dissolve") == 1


def test_too_few_customers_to_measure_stability_is_said() -> None:
    features, counts = shop(customer_count=8)
    small = replace(SETTINGS, item_min_customers=1, behaviour_cluster_count=8)
    table = fit_and_judge((features, counts), small)
    assert fact(table, "decision_reason", "text").startswith("too few customers")  # type: ignore[attr-defined]
    assert not (table["parameter"] == "stability_mean").any()


def test_stability_is_the_same_each_time() -> None:
    customers = Customers.of(*shop(seed=8))
    model = fit_segments(customers, SETTINGS)
    one, two = (
        measure_stability(customers, model, SETTINGS, repeat_count=4, customer_limit=1000)
        for _ in range(2)
    )
    assert (one.agreement == two.agreement).all()


def test_customers_are_the_same_from_relations_in_any_order() -> None:
    features, counts = shop()
    expected = Customers.of(features, counts)
    with duckdb.connect() as connection:
        found = Customers.read(
            connection.from_df(features.sample(frac=1, random_state=1)),
            connection.from_df(counts.sample(frac=1, random_state=2)),
        )
    assert found.features.equals(expected.features)
    assert found.stock_codes.tolist() == expected.stock_codes.tolist()
    for part in ("data", "indices", "indptr"):
        assert np.array_equal(getattr(found.orders, part), getattr(expected.orders, part))
