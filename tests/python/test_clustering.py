import numpy as np
import pytest

from customer_segments.clustering import distances, fit_centroids, nearest

TWO_CLOUDS = np.array([[0.0, 0.0], [0.0, 1.0], [10.0, 0.0], [10.0, 1.0]])


def test_centroids_of_two_clouds() -> None:
    centroids = fit_centroids(TWO_CLOUDS, cluster_count=2, start_count=5, seed=1)
    assert sorted(map(tuple, centroids)) == [(0.0, 0.5), (10.0, 0.5)]


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = np.random.default_rng(3).normal(size=(500, 3))
    first = fit_centroids(rows, 4, 10, 7)
    assert first.tobytes() == fit_centroids(rows, 4, 10, 7).tobytes()


def test_fewer_distinct_rows_than_clusters_is_one_clear_error() -> None:
    rows = np.array([[1.0], [1.0], [2.0]])
    with pytest.raises(ValueError, match=r"3 clusters need .* found 2 \(of 3\)"):
        fit_centroids(rows, 3, 1, 0)


def test_distances_are_euclidean() -> None:
    found = distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 0.0]]))
    assert found.tolist() == [[0.0, 3.0], [5.0, 4.0]]


def test_the_first_of_equals_is_nearest() -> None:
    assert nearest(np.array([[2.0, 1.0], [1.0, 1.0]])).tolist() == [2, 1]
