import numpy as np
import pandas as pd
import pytest

from customer_segments.behaviour import BehaviourModel, fit_behaviour

COLUMNS = ["recency_days", "order_count", "net_sales_gbp"]
SETTINGS = {"columns": COLUMNS, "cluster_count": 3, "clip_share": 0.01, "start_count": 5, "seed": 1}


@pytest.fixture
def features() -> pd.DataFrame:
    """Return 90 customers: thirty large and recent, thirty medium, thirty small and long gone."""
    random = np.random.default_rng(5)
    group = np.repeat([0, 1, 2], 30)
    return pd.DataFrame(
        {
            "recency_days": np.array([10, 60, 300])[group] + random.integers(0, 8, 90),
            "order_count": np.array([20, 5, 1])[group] + random.integers(0, 2, 90),
            "net_sales_gbp": np.array([9000, 900, 90])[group] * random.uniform(0.9, 1.1, 90),
        }
    )


def test_clusters_are_the_groups_ordered_by_net_sales(features: pd.DataFrame) -> None:
    model = fit_behaviour(features, **SETTINGS)
    labels = model.distances(features).argmin(axis=1)
    assert labels.tolist() == np.repeat([0, 1, 2], 30).tolist()
    sales = model.centroids[:, model.features.index("net_sales_gbp")]
    assert (np.diff(sales) < 0).all()


def test_the_table_holds_the_whole_model(features: pd.DataFrame) -> None:
    model = fit_behaviour(features, **SETTINGS)
    table = model.to_table().sample(frac=1, random_state=1)
    again = BehaviourModel.from_table(table)
    assert again.features == model.features
    np.testing.assert_array_equal(again.distances(features), model.distances(features))


def test_parameters_are_those_of_the_logs(features: pd.DataFrame) -> None:
    table = fit_behaviour(features, **SETTINGS).to_table()
    value = table[table["parameter"] != "centroid"].set_index(["parameter", "feature"])["value"]
    logs = np.log1p(features["order_count"].to_numpy(dtype=float))
    low, high = np.quantile(logs, [0.01, 0.99])
    clipped = logs.clip(low, high)
    assert value["clip_low", "order_count"] == pytest.approx(low)
    assert value["clip_high", "order_count"] == pytest.approx(high)
    assert value["mean", "order_count"] == pytest.approx(clipped.mean())
    assert value["scale", "order_count"] == pytest.approx(clipped.std())


def test_a_very_large_account_does_not_become_a_cluster(features: pd.DataFrame) -> None:
    whale = pd.DataFrame({"recency_days": [1], "order_count": [200], "net_sales_gbp": [3e6]})
    with_whale = pd.concat([features, whale], ignore_index=True)
    labels = fit_behaviour(with_whale, **SETTINGS).distances(with_whale).argmin(axis=1)
    assert labels[:-1].tolist() == np.repeat([0, 1, 2], 30).tolist()
    assert labels[-1] == 0


def test_a_constant_feature_does_no_harm(features: pd.DataFrame) -> None:
    model = fit_behaviour(features.assign(order_count=1), **SETTINGS)
    assert np.isfinite(model.centroids).all()
    assert model.distances(features).argmin(axis=1)[0] == 0


def test_no_customers_is_one_clear_error(features: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"No customers to cluster.*customer_scope"):
        fit_behaviour(features[:0], **SETTINGS)
