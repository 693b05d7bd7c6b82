"""Customers that no fit has seen, scored by the model's own SQL, get what Python gives them."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import FIT_SETTINGS, Build, compiled
from one_axis import fit_behaviour, fit_taste, taste_distances

from customer_segments.fitting.behaviour import BehaviourModel
from customer_segments.fitting.settings import BehaviourSettings, TasteSettings
from customer_segments.fitting.taste import TasteModel

CUSTOMERS = 5_000
FEATURES = ["recency_days", "order_count", "net_sales"]


@pytest.fixture(scope="module")
def random() -> np.random.Generator:
    return np.random.default_rng(11)


@pytest.fixture(scope="module")
def features(random: np.random.Generator) -> pd.DataFrame:
    """Return new customers, some far beyond what the fit has seen."""
    return pd.DataFrame(
        {
            "customer_id": [f"{number:06}" for number in range(CUSTOMERS)],
            "recency_days": random.integers(1, 2_000, CUSTOMERS),
            "order_count": np.ceil(random.lognormal(1, 1.5, CUSTOMERS)).astype(int),
            "net_sales": random.lognormal(6, 2.5, CUSTOMERS).round(2),
        }
    )


@pytest.fixture(scope="module")
def counts(random: np.random.Generator, features: pd.DataFrame) -> pd.DataFrame:
    """Return their items; the first ten have none, and some items are unknown to the model."""
    pairs = pd.DataFrame(
        {
            "customer_id": random.choice(features["customer_id"][10:], 60_000),
            "stock_code": [f"ITEM{number}" for number in random.zipf(1.3, 60_000) % 400],
        }
    )
    return pairs.value_counts().rename("order_count").reset_index()


def test_sql_and_python_agree(
    sample_build: Build, features: pd.DataFrame, counts: pd.DataFrame
) -> None:
    units = FIT_SETTINGS.feature_units
    behaviour = fit_behaviour(
        features[::50],
        BehaviourSettings(FEATURES, units, clip_share=0.01, cluster_count=4, max_iter=300, prior=1),
    )
    taste = fit_taste(
        counts[counts["stock_code"] < "ITEM5"],
        TasteSettings(
            min_customers=5, component_count=4, cluster_count=3, max_iter=300, prior=1, seed=1
        ),
    )
    tastes = compiled(sample_build, "ml_customer_tastes")
    clusters = compiled(sample_build, "ml_customer_clusters")
    with duckdb.connect() as connection:
        for name, table in {
            "fct_customer_features": features,
            "fct_customer_items": counts,
            "dim_behaviour_model": behaviour.to_table(),
            "dim_taste_model": taste.to_table(),
            "dim_models": pd.DataFrame({"model_version": [1], "is_in_force": [True]}),
        }.items():
            connection.register(name, table)
        connection.execute(f"create table ml_customer_tastes as {tastes}")
        found = connection.sql(clusters).df().sort_values("customer_id", ignore_index=True)
    assert found["customer_id"].tolist() == features["customer_id"].tolist()
    customer_ids = features["customer_id"].to_numpy(dtype=object)
    for axis, distances in {
        "behaviour": BehaviourModel.from_table(behaviour.to_table(), units).distances(features),
        "taste": taste_distances(TasteModel.from_table(taste.to_table()), counts, customer_ids),
    }.items():
        order = np.argsort(distances, axis=1, kind="stable")
        nearest = np.sort(distances, axis=1)
        np.testing.assert_allclose(found[f"{axis}_distance"], nearest[:, 0], atol=1e-9)
        np.testing.assert_allclose(found[f"{axis}_runner_up_distance"], nearest[:, 1], atol=1e-9)
        assert (found[f"{axis}_cluster_id"] == order[:, 0] + 1).all()
        assert (found[f"{axis}_runner_up_cluster_id"] == order[:, 1] + 1).all()
    assert (found["known_item_count"][:10] == 0).all()
    assert (found["known_item_count"][10:] > 0).any()
