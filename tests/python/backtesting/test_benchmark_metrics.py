import numpy as np
import pandas as pd
import pytest
from test_metrics import items, two_tastes

from benchmarks import metrics
from customer_segments.judging.stability import subsample_agreement


def test_labels_that_depend_on_the_customer_alone_are_perfectly_stable() -> None:
    found = metrics.stability(lambda rows: rows % 3, 200, repeat_count=4)
    assert found.shape == (4, 1)
    assert (found == 1).all()


def test_random_labels_are_not_stable_and_labelings_are_told_apart() -> None:
    random = np.random.default_rng(1)

    def label(rows: np.ndarray) -> np.ndarray:
        return np.column_stack([rows % 3, random.integers(0, 3, len(rows))])

    found = metrics.stability(label, 1000, repeat_count=10)
    assert found.shape == (10, 2)
    assert (found[:, 0] == 1).all()
    assert found[:, 1].mean() == pytest.approx(0, abs=0.01)


def test_each_refit_sees_a_sorted_subsample_without_repeats() -> None:
    seen: list[np.ndarray] = []

    def label(rows: np.ndarray) -> np.ndarray:
        seen.append(rows)
        return rows

    metrics.stability(label, 50, repeat_count=2, share=0.8)
    assert len(seen) == 4
    assert all(len(rows) == 40 and (np.diff(rows) > 0).all() for rows in seen)
    assert not np.array_equal(seen[0], seen[1])


def test_a_repeat_is_the_same_alone_and_in_the_series() -> None:
    def label(rows: np.ndarray) -> np.ndarray:
        return np.asarray(rows > rows.mean(), dtype=np.int64)

    series = metrics.stability(label, 100, repeat_count=3, seed=9)
    alone = [subsample_agreement(label, 100, repeat, seed=9) for repeat in (2, 0, 1)]
    np.testing.assert_array_equal(series[[2, 0, 1]], alone)


def test_eta2_adj_of_perfect_labels_is_one_and_of_random_labels_about_zero() -> None:
    spend = np.repeat([0.0, 10.0, 500.0], 400)
    random = np.random.default_rng(2)
    assert metrics.eta2_adj(spend, np.repeat([7, 3, 5], 400)) == pytest.approx(1)
    by_chance = [metrics.eta2_adj(spend, random.integers(0, 40, 1200)) for _ in range(20)]
    assert np.mean(by_chance) == pytest.approx(0, abs=0.01)


def test_eta2_adj_is_the_adjusted_eta2_of_the_logs() -> None:
    # log1p: 0, 1, 1, 2; between 1, total 2; 1 - (1 - 1/2) x 3/2 = 1/4.
    spend = np.expm1([0.0, 1.0, 1.0, 2.0])
    assert metrics.eta2_adj(spend, [1, 1, 2, 2]) == pytest.approx(0.25)


def test_eta2_adj_when_everybody_spends_the_same() -> None:
    assert metrics.eta2_adj([5.0, 5.0, 5.0], [1, 2, 2]) == 0


def test_auc_of_perfect_labels_is_one_and_of_random_labels_about_a_half() -> None:
    spend = np.tile([0.0, 20.0], 1000)
    random = np.random.default_rng(3)
    assert metrics.auc(spend, np.tile([4, 2], 1000)) == 1
    by_chance = [metrics.auc(spend, random.integers(0, 8, 2000), seed=s) for s in range(20)]
    assert np.mean(by_chance) == pytest.approx(0.5, abs=0.02)


def test_auc_does_not_see_the_own_outcome() -> None:
    # A segment each: in the fold, each one's score is that of everybody else.
    spend = np.tile([0.0, 20.0], 50)
    assert metrics.auc(spend, np.arange(100)) <= 0.5


def test_gini_of_the_perfect_order_is_one_of_its_reverse_minus_one() -> None:
    future = np.array([100.0, 10.0, 1.0, 0.0])
    labels = np.arange(4)
    assert metrics.gini([4, 3, 2, 1], future, labels) == pytest.approx(1)
    assert metrics.gini([1, 2, 3, 4], future, labels) == pytest.approx(-1)


def test_gini_of_two_segments_by_hand() -> None:
    # Perfect: spend 3, 1, 0, 0 captures .75, 1, 1, 1: area .8125 - .5 = .3125.
    # Segments: first half of the customers captures all: area .75 - .5 = .25.
    assert metrics.gini([9, 9, 1, 1], [3, 1, 0, 0], [1, 1, 2, 2]) == pytest.approx(0.25 / 0.3125)


def test_gini_of_one_segment_is_zero() -> None:
    assert metrics.gini([1, 2, 3], [5, 0, 1], [1, 1, 1]) == pytest.approx(0)


def test_item_bits_of_two_separate_halves_of_the_range_is_one() -> None:
    past, future, taste = two_tastes(400)
    found = metrics.item_bits(past, future, taste, pseudo_count=0.001)
    assert found == pytest.approx(1, abs=0.02)
    smoothed = metrics.item_bits(past, future, taste)
    assert 0 < smoothed < found


def test_item_bits_of_random_labels_is_about_zero() -> None:
    past, future, _ = two_tastes(400)
    random = np.random.default_rng(5)
    found = [metrics.item_bits(past, future, random.integers(0, 6, 400)) for _ in range(5)]
    assert np.mean(found) == pytest.approx(0, abs=0.003)


def test_item_bits_by_hand() -> None:
    # Buyer 1: past without own: b, b, a, c; item a. p(a | all) = 1/4, p(a | segment) = 0 / 1
    # smoothed with 4 pairs: (0 + 4/4) / (1 + 4) = 1/5. Item g is unknown to the others' past.
    past = items("a", "b", "ab", "c")
    future = items("ag", "", "", "")
    expected = np.log2((1 / 5) / (1 / 4))
    # By chance the fellow of buyer 1 is b, ab or c; only ab makes a more likely: (1 + 1) / (2 + 4).
    by_chance = np.log2([4 / 5, 4 / 3, 4 / 5]).mean()
    found = metrics.item_bits(
        past, future, [1, 1, 2, 2], pseudo_count=4, permutation_count=3000, seed=1
    )
    assert found == pytest.approx(expected - by_chance, abs=0.02)


def test_rec_lift_by_hand() -> None:
    # Top item of all is a. Segment 2 buys c: its list has two hits, the bestseller none there.
    past = items("a", "a", "a", "a", "c", "c", "c")
    future = items("a", "", "", "", "c", "c", "b")
    assert metrics.rec_lift(past, future, [1, 1, 1, 1, 2, 2, 2], top_count=1) == 3


def test_rec_lift_does_not_count_the_own_past() -> None:
    # Customer 2 alone bought b; without that the segment's top item is the first of none: a.
    past = items("a", "b")
    future = items("", "b")
    assert np.isnan(metrics.rec_lift(past, future, [1, 2], top_count=1))


def test_rec_lift_of_one_segment_is_one() -> None:
    past, future, taste = two_tastes(50)
    assert metrics.rec_lift(past, future, np.zeros_like(taste), top_count=3) == 1
    assert metrics.rec_lift(past, future, taste, top_count=3) > 1.3


def test_what_cannot_be_measured_is_nan() -> None:
    nothing = items("", "", "")
    past, labels = items("a", "ab", "b"), [1, 1, 2]
    assert np.isnan(metrics.auc([0, 0, 0], labels))
    assert np.isnan(metrics.auc([1, 1, 1], labels))
    assert np.isnan(metrics.gini([1, 2, 3], [0, 0, 0], labels))
    assert np.isnan(metrics.item_bits(past, nothing, labels))
    assert np.isnan(metrics.rec_lift(past, nothing, labels))
    assert np.isnan(metrics.eta2_adj([1, 2, 3], [1, 2, 3]))


def test_continuity_is_of_common_customers() -> None:
    before = pd.Series({"A": 1, "B": 2, "C": 3, "D": 4})
    after = pd.Series({"E": 1, "D": 4, "B": 1, "C": 3})
    assert metrics.continuity(before, after) == pytest.approx(2 / 3)
