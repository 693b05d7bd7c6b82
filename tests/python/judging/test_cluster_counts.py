import pandas as pd
import pytest

from customer_segments.judging.cluster_counts import CountRule, choose_cluster_count

RULE = CountRule(low=3, high=5, stability_min=0.8, jaccard_min=0.75, share_min=0.15)


def choose(*rows: tuple[int, float, float, float]) -> int:
    columns = ["cluster_count", "stability_mean", "worst_cluster_jaccard", "smallest_share"]
    return choose_cluster_count(pd.DataFrame(rows, columns=columns), RULE)


def test_the_largest_number_that_holds_is_taken() -> None:
    assert choose((3, 0.9, 0.9, 0.2), (4, 0.8, 0.75, 0.15), (5, 0.79, 0.9, 0.2)) == 4


@pytest.mark.parametrize("five", [(5, 0.79, 0.9, 0.2), (5, 0.9, 0.74, 0.2), (5, 0.9, 0.9, 0.14)])
def test_each_floor_counts(five: tuple[int, float, float, float]) -> None:
    assert choose((4, 0.9, 0.9, 0.2), five) == 4


def test_a_number_that_fails_does_not_hide_a_larger_one_that_holds() -> None:
    assert choose((3, 0.9, 0.9, 0.2), (4, 0.5, 0.5, 0.1), (5, 0.85, 0.8, 0.16)) == 5


def test_numbers_beyond_the_bounds_do_not_count() -> None:
    assert choose((2, 1.0, 1.0, 0.5), (3, 0.9, 0.9, 0.2), (6, 1.0, 1.0, 0.16)) == 3


def test_when_none_holds_the_most_stable_is_taken_the_smaller_of_equals() -> None:
    assert choose((3, 0.4, 0.5, 0.2), (4, 0.6, 0.3, 0.1), (5, 0.6, 0.4, 0.1)) == 4


def test_too_few_customers_for_the_bounds_is_one_clear_error() -> None:
    with pytest.raises(ValueError, match=r"3 to 5 clusters need more customers .* enough for 2"):
        choose((2, 1.0, 1.0, 0.5))
