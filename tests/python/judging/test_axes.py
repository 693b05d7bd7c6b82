"""A number of clusters that is left to the rule is the one that the diagnostics recommend."""

from typing import Any

import pytest
from test_model_gate import shop

from customer_segments.fitting.segment_model import Customers
from customer_segments.judging.axes import choose_counts, recommend_counts

SETTINGS: dict[str, Any] = {
    "behaviour_features": ["recency_days", "order_count", "net_sales"],
    "behaviour_cluster_count": "auto",
    "behaviour_clip_share": 0.01,
    "taste_cluster_count": "auto",
    "taste_component_count": 2,
    "item_min_customers": 3,
    "kmeans_max_iter": 1,
    "random_seed": 1,
}
RULE: dict[str, Any] = {
    "behaviour_bounds": [3, 6],
    "taste_bounds": [2, 4],
    "stability_min": 0.8,
    "jaccard_min": 0.75,
    "share_min": 0.15,
    "repeat_count": 2,
    "customer_limit": 1000,
}


def test_the_recommended_numbers_are_taken() -> None:
    table = recommend_counts(
        Customers.of(*shop()),
        columns=SETTINGS["behaviour_features"],
        clip_share=0.01,
        component_count=2,
        item_min_customers=3,
        step_count=1,
        seed=1,
        **RULE,
    )
    recommended = table[table["is_recommended"]].set_index("axis")["cluster_count"].to_dict()
    assert recommended == {"behaviour": 4, "taste": 2}  # as planted
    found = choose_counts(Customers.of(*shop()), SETTINGS, **RULE)
    assert found == SETTINGS | {"behaviour_cluster_count": 4, "taste_cluster_count": 2}


def test_a_number_that_is_set_stays() -> None:
    found = choose_counts(Customers.of(*shop()), SETTINGS | {"behaviour_cluster_count": 5}, **RULE)
    assert found == SETTINGS | {"behaviour_cluster_count": 5, "taste_cluster_count": 2}
    fixed = SETTINGS | {"behaviour_cluster_count": 3, "taste_cluster_count": 7}
    assert choose_counts(Customers.of(*shop()), fixed, **RULE) == fixed


def test_too_few_customers_for_the_bounds_is_one_clear_error() -> None:
    customers = Customers.of(*shop(customer_count=3))
    settings = SETTINGS | {"taste_cluster_count": 2}
    with pytest.raises(ValueError, match=r"Too few customers: 3 clusters .* bounds variable"):
        choose_counts(customers, settings, **RULE)
