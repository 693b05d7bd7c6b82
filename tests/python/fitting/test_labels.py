import numpy as np

from customer_segments.fitting.labels import crossed, match_ids, match_labels


def test_labels_are_matched_one_to_one_by_their_customers() -> None:
    reference = [1, 1, 1, 2, 2, 3]
    labels = [2, 2, 3, 3, 3, 1]
    assert match_labels(reference, labels).tolist() == [1, 1, 2, 2, 2, 3]


def test_a_label_more_gets_the_next_number() -> None:
    assert match_labels([1, 1, 2, 2], [3, 3, 1, 2])[[0, 1]].tolist() == [1, 1]
    assert sorted(set(match_labels([1, 1, 2, 2], [3, 3, 1, 2]))) == [1, 2, 3]


def test_an_id_that_was_used_is_not_used_again() -> None:
    """Old clusters 2 and 5; of the three new ones the middle one shares nobody with either."""
    old, new = np.array([2, 2, 2, 5, 5, 2]), np.array([1, 1, 1, 3, 3, 1])
    found = match_ids(np.array([2, 5]), old, np.array([1, 2, 3]), new)
    assert found.tolist() == [2, 6, 5]
    found = match_ids(np.array([2, 5]), old, np.array([1, 2, 3]), new, used=8)
    assert found.tolist() == [2, 9, 5]


def test_crossed_labels_count_pairs() -> None:
    assert crossed(np.array([[2, 1], [1, 1], [2, 2], [2, 1]])).tolist() == [2, 1, 3, 2]
