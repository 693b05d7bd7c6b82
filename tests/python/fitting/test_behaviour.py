from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from one_axis import fit_behaviour

from customer_segments.fitting.behaviour import BehaviourModel
from customer_segments.fitting.settings import BehaviourSettings

UNITS = {"days": ["recency_days"], "count": ["order_count"], "money": ["net_sales"]}
SETTINGS = BehaviourSettings(
    features=["recency_days", "order_count", "net_sales"],
    units=UNITS,
    clip_share=0.01,
    cluster_count=4,
    max_iter=300,
    prior=1,
)
PLANTED = np.repeat([0, 1, 2, 3], 30).tolist()


@pytest.fixture
def features() -> pd.DataFrame:
    """Return 120 customers: large and recent, large and gone, small and recent, small and gone."""
    random = np.random.default_rng(5)
    group = np.repeat([0, 1, 2, 3], 30)
    return pd.DataFrame(
        {
            "recency_days": np.array([10, 200, 20, 300])[group] + random.integers(0, 8, 120),
            "order_count": np.array([20, 10, 2, 1])[group] + random.integers(0, 2, 120),
            "net_sales": np.array([9000, 5000, 200, 90])[group] * random.uniform(0.9, 1.1, 120),
        }
    )


def test_clusters_are_the_groups_ordered_by_net_sales(features: pd.DataFrame) -> None:
    model = fit_behaviour(features, SETTINGS)
    labels = model.distances(features).argmin(axis=1)
    assert labels.tolist() == PLANTED
    sales = model.centroids[:, model.features.index("net_sales")]
    assert (np.diff(sales) < 0).all()


def test_the_table_holds_the_whole_model(features: pd.DataFrame) -> None:
    model = fit_behaviour(features, SETTINGS)
    table = model.to_table().sample(frac=1, random_state=1)
    again = BehaviourModel.from_table(table, UNITS)
    assert again.features == model.features
    np.testing.assert_array_equal(again.distances(features), model.distances(features))


@pytest.mark.parametrize(
    ("feature", "scaled"), [("order_count", np.log1p), ("recency_days", np.sqrt)]
)
def test_parameters_are_those_of_the_scaled_feature(
    features: pd.DataFrame, feature: str, scaled: Callable[[np.ndarray], np.ndarray]
) -> None:
    table = fit_behaviour(features, SETTINGS).to_table()
    value = table[table["parameter"] != "centroid"].set_index(["parameter", "feature"])["value"]
    places = scaled(features[feature].to_numpy(dtype=float))
    low, high = np.quantile(places, [0.01, 0.99])
    clipped = places.clip(low, high)
    assert value["clip_low", feature] == pytest.approx(low)
    assert value["clip_high", feature] == pytest.approx(high)
    assert value["mean", feature] == pytest.approx(clipped.mean())
    assert value["scale", feature] == pytest.approx(clipped.std())


def test_the_first_cut_is_by_worth_the_second_by_recency(features: pd.DataFrame) -> None:
    two = fit_behaviour(features, replace(SETTINGS, cluster_count=2))
    assert two.distances(features).argmin(axis=1).tolist() == np.repeat([0, 1], 60).tolist()


def test_a_very_large_account_does_not_become_a_cluster(features: pd.DataFrame) -> None:
    whale = pd.DataFrame({"recency_days": [1], "order_count": [200], "net_sales": [3e6]})
    with_whale = pd.concat([features, whale], ignore_index=True)
    labels = fit_behaviour(with_whale, SETTINGS).distances(with_whale).argmin(axis=1)
    assert labels[:-1].tolist() == PLANTED
    assert labels[-1] == 0


def test_a_constant_feature_does_no_harm(features: pd.DataFrame) -> None:
    model = fit_behaviour(features.assign(order_count=1), SETTINGS)
    assert np.isfinite(model.centroids).all()
    assert model.distances(features).argmin(axis=1)[0] == 0


def test_no_customers_is_one_clear_error(features: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"No customers to cluster.*customer_scope"):
        fit_behaviour(features[:0], SETTINGS)


def test_an_unknown_or_incomplete_feature_is_one_clear_error(features: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="behaviour_features names foo"):
        fit_behaviour(features, replace(SETTINGS, features=["net_sales", "foo"]))
    features.loc[3, "order_count"] = np.nan
    with pytest.raises(ValueError, match="missing or below 0"):
        fit_behaviour(features, SETTINGS)
