"""What a campaign can measure is what the textbook says it can."""

from math import sqrt

import pytest
from scipy import stats

from customer_segments.campaigns.power import Arms, pooled, sentence


def arms(treated: int = 400, held_out: int = 100, goal: float | None = 0.05) -> Arms:
    return Arms("B1T1", "reorder_share", treated, held_out, 0.5, 0.5, goal)


def test_the_smallest_effect_is_found_in_four_of_five_cases() -> None:
    made = arms()
    assert made.smallest_effect is not None
    error = 0.5 * sqrt(1 / 400 + 1 / 100)
    critical = stats.norm.ppf(0.975) * error
    assert stats.norm.sf(critical, made.smallest_effect, error) == pytest.approx(0.8, abs=1e-9)


def test_so_many_rounds_find_the_goal() -> None:
    made = arms()
    assert made.rounds == 10
    together = arms(treated=10 * 400, held_out=10 * 100).smallest_effect
    assert together is not None
    assert together <= 0.05
    assert arms(goal=0.5).rounds == 1


def test_the_share_that_is_needed_is_the_smallest_that_does() -> None:
    made = arms(treated=4000, held_out=100)
    share = made.needed_share
    assert share is not None
    count = 4100
    again = Arms("", "", round(count * (1 - share)), round(count * share), 0.5, 0.5, 0.05)
    assert again.smallest_effect == pytest.approx(0.05, rel=0.01)
    assert arms().needed_share is None  # not even halves


def test_words_say_what_to_do() -> None:
    said = sentence(arms(), "GBP")
    assert said.endswith("too small to measure: pool it with the others, or run 10 such rounds")
    assert "hold out 26 %" in sentence(arms(treated=4000, held_out=100), "GBP")
    assert sentence(arms(goal=0.5), "GBP").endswith("the goal is 50.0 points: enough")
    assert "nobody is held out" in sentence(arms(held_out=0), "GBP")
    assert sentence(arms(goal=None), "GBP").endswith("there is no goal")


def test_audiences_together_measure_more() -> None:
    both = pooled([arms(), arms()])
    assert both is not None
    assert both.smallest_effect is not None
    assert both.smallest_effect == pytest.approx((arms().smallest_effect or 0) / sqrt(2))
    assert pooled([arms()]) is None
