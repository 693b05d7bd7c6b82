"""Rules that people can check put customers where the model does, and no customer shapes them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import FIT_SETTINGS, Build
from one_axis import fit_behaviour

from customer_segments.fitting.behaviour import BehaviourModel
from customer_segments.fitting.clustering import nearest
from customer_segments.judging.rules import BOUNDS, QUANTITIES, behaviour_rules, quantities

SEED = 20101201


def customers(count: int = 600, seed: int = 1) -> pd.DataFrame:
    """Return customers of a shop where those who order more often spend more."""
    random = np.random.default_rng(seed)
    orders = 1 + random.geometric(0.3, count) // 2
    return pd.DataFrame(
        {
            "recency_days": random.integers(1, 370, count),
            "order_count": orders,
            "net_sales": orders * random.lognormal(5.5, 0.8, count),
        }
    )


def fitted(features: pd.DataFrame, cluster_count: int = 4) -> BehaviourModel:
    settings = replace(
        FIT_SETTINGS.behaviour,
        features=list(features.columns),
        cluster_count=cluster_count,
        clip_share=0.01,
        max_iter=300,
        prior=1,
    )
    return fit_behaviour(features, settings)


def rules_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rules of a model as it is stored."""
    model = BehaviourModel.from_table(table, FIT_SETTINGS.feature_units)
    ids = np.sort(table["cluster_id"].dropna().unique()).astype(int)
    return behaviour_rules(model, ids, SEED)


def in_boxes(rules: pd.DataFrame, features: pd.DataFrame) -> np.ndarray:
    """Return whether each customer is in each box, (customers, boxes)."""
    inside = np.ones((len(features), len(rules)), dtype=bool)
    for values, quantity in zip(quantities(features).T, QUANTITIES, strict=True):
        above = rules[f"{quantity}_above"].fillna(-np.inf).to_numpy()
        up_to = rules[f"{quantity}_up_to"].fillna(np.inf).to_numpy()
        inside &= (values[:, None] > above) & (values[:, None] <= up_to)
    return inside


@pytest.mark.parametrize(("cluster_count", "floor"), [(2, 0.95), (4, 0.9), (6, 0.85)])
def test_each_customer_is_in_one_box_mostly_of_its_cluster(
    cluster_count: int, floor: float
) -> None:
    features = customers()
    model = fitted(features, cluster_count)
    rules = rules_of(model.to_table())
    assert len(rules) <= 2.5 * cluster_count
    assert sorted(set(rules["cluster_id"])) == list(range(1, cluster_count + 1))
    inside = in_boxes(rules, features)
    assert (inside.sum(axis=1) == 1).all()
    found = rules["cluster_id"].to_numpy()[inside.argmax(axis=1)]
    assert (found == nearest(model.distances(features))).mean() >= floor


def test_rules_follow_from_the_model_alone_and_keep_its_ids() -> None:
    table = fitted(customers()).to_table()
    rules = rules_of(table)
    pd.testing.assert_frame_equal(rules, rules_of(table.sample(frac=1)))
    renamed = table.assign(cluster_id=table["cluster_id"] + 3)
    moved = rules_of(renamed)
    assert moved["cluster_id"].tolist() == (rules["cluster_id"] + 3).tolist()
    pd.testing.assert_frame_equal(rules[BOUNDS], moved[BOUNDS])


def test_bounds_have_two_digits() -> None:
    bounds = rules_of(fitted(customers()).to_table())[BOUNDS].stack().dropna()
    assert [f"{bound:.0f}"[2:].strip("0") for bound in bounds] == [""] * len(bounds)
    assert (bounds == bounds.round()).all()


def test_worth_is_net_sales_where_orders_are_not_clustered() -> None:
    features = customers().drop(columns="order_count")
    assert quantities(features)[:, 0].tolist() == features["net_sales"].tolist()
    rules = rules_of(fitted(features).to_table())
    assert (in_boxes(rules, features).sum(axis=1) == 1).all()


def test_boxes_that_rounding_empties_are_left_out() -> None:
    pence = customers().assign(order_count=1, net_sales=lambda shop: shop["net_sales"] / 1e5)
    rules = rules_of(fitted(pence).to_table())
    for quantity in QUANTITIES:
        assert not (rules[f"{quantity}_above"] >= rules[f"{quantity}_up_to"]).any()
    assert (in_boxes(rules, pence).sum(axis=1) == 1).all()


@pytest.mark.parametrize("name", ["sample_build", "client_build", "everyone_build"])
def test_rules_are_faithful(name: str, request: pytest.FixtureRequest) -> None:
    found: Build = request.getfixturevalue(name)
    [(fidelity, customer_count)] = found.query(
        "select fidelity, customer_count from rpt_segment_rules where is_total"
    )
    assert fidelity >= 0.9
    assert found.query("select count(*) from fct_customer_segments") == [(customer_count,)]
