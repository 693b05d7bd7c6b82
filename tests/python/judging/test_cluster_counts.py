"""The rule that takes a number of clusters, and that what it takes is what is recommended."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_model_gate import SETTINGS, shop

from customer_segments.fitting.customers import Customers
from customer_segments.judging.cluster_counts import (
    CountRule,
    choose_cluster_count,
    choose_counts,
    recommend_counts,
)

RULE = CountRule(
    behaviour_cluster_bounds=[3, 5],
    taste_cluster_bounds=[2, 4],
    cluster_stability_min=0.8,
    cluster_jaccard_min=0.75,
    behaviour_min_share=0.15,
    taste_min_relative_size=0.4,
    taste_stability_min=0.6,
    diagnostics_repeat_count=2,
    diagnostics_customer_limit=1000,
)
AUTO = replace(SETTINGS, behaviour_cluster_count="auto", taste_cluster_count="auto")


def choose(*rows: tuple[int, float, float, float], axis: str = "behaviour") -> int:
    columns = ["cluster_count", "stability_mean", "worst_cluster_jaccard", "smallest_share"]
    return choose_cluster_count(pd.DataFrame(rows, columns=columns), axis, RULE)


def test_the_largest_number_that_holds_is_taken() -> None:
    assert choose((3, 0.9, 0.9, 0.2), (4, 0.8, 0.75, 0.15), (5, 0.79, 0.9, 0.2)) == 4


@pytest.mark.parametrize("five", [(5, 0.79, 0.9, 0.2), (5, 0.9, 0.74, 0.2), (5, 0.9, 0.9, 0.149)])
def test_each_floor_counts(five: tuple[int, float, float, float]) -> None:
    assert choose((4, 0.9, 0.9, 0.2), five) == 4


@pytest.mark.parametrize(("share", "taken"), [(0.1, 4), (0.099, 2)])
def test_a_taste_needs_part_of_an_equal_share(share: float, taken: int) -> None:
    assert choose((2, 0.9, 0.9, 0.2), (4, 0.9, 0.9, share), axis="taste") == taken


def test_a_number_that_fails_does_not_hide_a_larger_one_that_holds() -> None:
    assert choose((3, 0.9, 0.9, 0.2), (4, 0.5, 0.5, 0.1), (5, 0.85, 0.8, 0.16)) == 5


def test_numbers_beyond_the_bounds_do_not_count() -> None:
    assert choose((2, 1.0, 1.0, 0.5), (3, 0.9, 0.9, 0.2), (6, 1.0, 1.0, 0.16)) == 3


def test_when_none_holds_the_most_stable_is_taken_the_smaller_of_equals() -> None:
    assert choose((3, 0.4, 0.5, 0.2), (4, 0.6, 0.3, 0.1), (5, 0.6, 0.4, 0.1)) == 4


@pytest.mark.parametrize(("best", "taken"), [(0.6, 3), (0.599, 1), (float("nan"), 1)])
def test_tastes_that_do_not_come_back_are_none(best: float, taken: int) -> None:
    """Behaviours are always some."""
    two, three = (2, 0.5, 0.5, 0.2), (3, best, 0.7, 0.2)
    assert choose(two, three, axis="taste") == taken
    assert choose((3, 0.1, 0.5, 0.2), (4, 0.05, 0.5, 0.2)) == 3


def test_a_taste_without_substance_is_none() -> None:
    features, counts = shop()
    random = np.random.default_rng(6)
    counts["stock_code"] = [f"ITEM{item}" for item in random.integers(0, 16, len(counts))]
    noise = Customers.of(features, counts.drop_duplicates(["customer_id", "stock_code"]))
    assert choose_counts(noise, AUTO, RULE).taste_cluster_count == 1


def test_customers_too_few_for_refits_have_no_taste() -> None:
    """A part of three of four customers has too few for two components."""
    features, counts = shop(customer_count=8)
    customers = Customers.of(features, counts)
    settings = replace(AUTO, behaviour_cluster_count=2, item_min_customers=4)
    found = choose_counts(customers, settings, RULE)
    assert found.taste_cluster_count == 1


def test_too_few_customers_for_the_bounds_is_one_clear_error() -> None:
    with pytest.raises(ValueError, match=r"3 to 5 clusters need more customers .* enough for 2"):
        choose((2, 1.0, 1.0, 0.5))


def test_the_recommended_numbers_are_taken() -> None:
    customers = Customers.of(*shop())
    table = recommend_counts(customers, AUTO, RULE)
    recommended = table[table["is_recommended"]].set_index("axis")["cluster_count"].to_dict()
    assert recommended == {"behaviour": 4, "taste": 2}  # as planted
    assert choose_counts(customers, AUTO, RULE) == replace(
        AUTO, behaviour_cluster_count=4, taste_cluster_count=2
    )


def test_a_number_that_is_set_stays() -> None:
    customers = Customers.of(*shop())
    found = choose_counts(customers, replace(AUTO, behaviour_cluster_count=5), RULE)
    assert found == replace(AUTO, behaviour_cluster_count=5, taste_cluster_count=2)
    fixed = replace(AUTO, behaviour_cluster_count=3, taste_cluster_count=7)
    assert choose_counts(customers, fixed, RULE) == fixed


def test_too_few_customers_for_any_number_is_one_clear_error() -> None:
    customers = Customers.of(*shop(customer_count=3))
    settings = replace(AUTO, taste_cluster_count=2)
    with pytest.raises(ValueError, match=r"Too few customers: 3 clusters .* bounds variable"):
        choose_counts(customers, settings, RULE)
