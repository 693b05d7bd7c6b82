"""What a model remembers of its customers, and whom a refit of today would move."""

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import FIT_SETTINGS, VARIABLES

from customer_segments.fitting.customers import Customers
from customer_segments.fitting.segment_model import fit_segments
from customer_segments.judging.health import PAIRS, moves, population_rows, preview_refit

SETTINGS = replace(FIT_SETTINGS, item_min_customers=3, taste_component_count=2)
READ = {"fit_limit": 1000, "sample_limit": 1000, "seed": 1}


def shop(customer_count: int = 240, seed: int = 5) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return features and item counts of customers in four behaviours and two tastes."""
    random = np.random.default_rng(seed)
    ids = [f"{number:03}" for number in range(customer_count)]
    kind = np.arange(customer_count) % 8
    features = pd.DataFrame(
        {
            "customer_id": ids,
            "recency_days": np.where(kind % 2 == 0, 10, 200) + random.integers(0, 60, len(ids)),
            "order_count": np.where(kind % 4 < 2, 12, 2) + random.integers(0, 5, len(ids)),
            "net_sales": np.where(kind % 4 < 2, 3000.0, 200.0) * random.uniform(0.5, 2, len(ids)),
            "tenure_days": 300 + np.arange(customer_count) % 7,
        }
    )
    counts = pd.DataFrame(
        [
            {"customer_id": name, "stock_code": f"{'TEA' if taste < 4 else 'TOY'}{item}"}
            for name, taste in zip(ids, kind, strict=True)
            for item in random.choice(12, 5, replace=False)
        ]
    ).assign(order_count=1)
    return features, counts


@pytest.fixture(scope="module")
def customers() -> Customers:
    return Customers.of(*shop())


def test_deciles_divide_the_customers_and_say_how(customers: Customers) -> None:
    rows = pd.DataFrame(list(population_rows(customers, fit_segments(customers, SETTINGS))))
    [history] = rows.loc[rows["parameter"] == "history_days", "value"]
    assert history == 306
    for name in SETTINGS.behaviour_features:
        own = rows[rows["feature"] == name].pivot(
            index="component", columns="parameter", values="value"
        )
        assert 5 <= len(own) <= 9
        assert own["decile"].is_monotonic_increasing
        assert own["decile"].is_unique
        for bound, share in zip(own["decile"], own["decile_share"], strict=True):
            assert share == pytest.approx((customers.features[name] <= bound).mean())
    sales = rows[(rows["feature"] == "net_sales") & (rows["parameter"] == "decile_share")]
    assert sales["value"].to_numpy() == pytest.approx(np.arange(1, 10) / 10, abs=0.01)


def test_items_without_a_taste_are_counted_by_customers() -> None:
    features, counts = shop()
    rare = pd.DataFrame({"customer_id": ["000", "001"], "stock_code": "RARE", "order_count": 9})
    both = Customers.of(features, pd.concat([counts, rare]))
    rows = list(population_rows(both, fit_segments(both, SETTINGS)))
    assert rows[-1]["parameter"] == "unknown_item_share"
    assert rows[-1]["value"] == pytest.approx(2 / (240 * 5 + 2))


def test_a_refit_to_the_same_customers_moves_nobody(customers: Customers) -> None:
    found = moves(fit_segments(customers, SETTINGS), customers, SETTINGS)
    assert found["customer_count"].sum() == len(customers)
    assert (found["from_behaviour"] == found["to_behaviour"]).all()
    assert (found["from_taste"] == found["to_taste"]).all()


def test_a_refit_to_other_customers_moves_some_and_keeps_the_ids(customers: Customers) -> None:
    model = fit_segments(customers, SETTINGS)
    features = customers.features.assign(
        recency_days=customers.features["recency_days"] + np.arange(240) % 5 * 60
    )
    changed = replace(customers, features=features)
    found = moves(model, changed, SETTINGS)
    moved = found.loc[found["from_behaviour"] != found["to_behaviour"], "customer_count"].sum()
    refit = fit_segments(changed, SETTINGS).matched(model, changed)
    labels = [each.predict(changed) for each in (model, refit)]
    assert 0 < moved < 120
    assert moved == (labels[0][:, 0] != labels[1][:, 0]).sum()
    pd.testing.assert_frame_equal(found, moves(model, changed, SETTINGS))


def test_too_few_customers_for_a_fit_make_no_rows(customers: Customers) -> None:
    found = moves(fit_segments(customers, SETTINGS), customers.part(np.arange(2)), SETTINGS)
    assert found.empty
    assert list(found.columns) == [*PAIRS, "customer_count"]


@pytest.mark.parametrize(("version", "is_made"), [(1, False), (2, True)])
def test_a_model_of_this_build_is_not_fitted_again(
    customers: Customers, version: int, is_made: bool
) -> None:
    """The next version is 1 in a build that fits model 1, and 2 in one that goes on with it."""
    features, counts = shop()
    table = fit_segments(customers, SETTINGS).to_table().assign(model_version=1)
    with duckdb.connect() as connection:
        relations = {
            "parameters": connection.from_df(table),
            "models": connection.from_df(
                pd.DataFrame({"model_version": [1, 3], "is_in_force": [True, False]})
            ),
            "decision": connection.from_df(pd.DataFrame({"model_version": [version]})),
            "features": connection.from_df(features),
            "counts": connection.from_df(counts),
        }
        fit = {name: VARIABLES[name] for name in vars(SETTINGS)} | {
            "item_min_customers": 3,
            "taste_component_count": 2,
            "behaviour_cluster_count": "auto",  # a kept model says how many
        }
        found = preview_refit(**relations, settings={"fit": fit, "customers": READ})
    assert (len(found) > 0) == is_made
    assert found["customer_count"].sum() == (240 if is_made else 0)
