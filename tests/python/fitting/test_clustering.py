import numpy as np
import pytest
from sklearn.base import clone

from customer_segments.fitting.clustering import (
    SETTLED,
    AnchoredKMeans,
    Convergence,
    distances,
    have_settled,
    initial_centroids,
    moved_centroids,
    nearest,
)

TWO_CLOUDS = np.array([[0.0, 0.0], [0.0, 1.0], [10.0, 0.0], [10.0, 1.0]])


def fitted(rows: np.ndarray, max_iter: int, prior: float = 1) -> np.ndarray:
    """Return the centroids of four clusters."""
    return AnchoredKMeans(4, prior=prior, max_iter=max_iter).fit(rows).cluster_centers_


def test_cuts_of_two_clouds() -> None:
    centroids = initial_centroids(TWO_CLOUDS, n_clusters=2)
    assert sorted(map(tuple, centroids)) == [(0.0, 0.5), (10.0, 0.5)]


def test_cuts_follow_the_directions_in_turn() -> None:
    # The second column varies less, but comes first. The third cut is of the part that
    # scatters more along the first column, the fourth of the other one.
    rows = np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 1.0], [4.0, 1.0]])
    directions = np.array([[0.0, 1.0], [1.0, 0.0]])
    found = [sorted(map(tuple, initial_centroids(rows, count, directions))) for count in (2, 3, 4)]
    assert found[0] == [(2.0, 1.0), (4.0, 0.0)]
    assert found[1] == [(0.0, 0.0), (2.0, 1.0), (8.0, 0.0)]
    assert found[2] == sorted(map(tuple, rows))


def test_without_directions_the_cut_is_across_the_longest_one() -> None:
    place = np.array([-3.0, -2.0, 2.0, 3.0])
    rows = np.column_stack([place, place]) + np.array([[0.1, -0.1], [-0.1, 0.1]] * 2)
    assert sorted(initial_centroids(rows, 2).mean(axis=1)) == pytest.approx([-2.5, 2.5])


def test_rows_that_are_equal_along_a_direction_are_cut_along_another() -> None:
    rows = np.array([[5.0, 0.0], [5.0, 1.0], [5.0, 7.0]])
    found = initial_centroids(rows, 3, np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert sorted(map(tuple, found)) == [(5.0, 0.0), (5.0, 1.0), (5.0, 7.0)]
    assert len(initial_centroids(rows, 2, np.array([[1.0, 0.0]]))) == 2


def test_the_same_rows_give_the_same_bytes() -> None:
    rows = np.random.default_rng(3).normal(size=(500, 3))
    assert initial_centroids(rows, 4).tobytes() == initial_centroids(rows.copy(), 4).tobytes()


def test_centroids_move_little_when_a_customer_leaves() -> None:
    rows = np.random.default_rng(3).normal(size=(500, 3))
    directions = np.eye(3)[:2]
    before, after = (initial_centroids(part, 4, directions) for part in (rows, rows[1:]))
    assert np.abs(before - after).max() < 0.05


def test_fewer_distinct_rows_than_clusters_is_one_clear_error() -> None:
    rows = np.array([[1.0], [1.0], [2.0]])
    with pytest.raises(ValueError, match=r"3 clusters need .* found 2 \(of 3\)"):
        initial_centroids(rows, 3)


def test_kmeans_reaches_the_optimum_when_it_may_take_its_steps() -> None:
    rows = np.random.default_rng(4).lognormal(size=(300, 3))
    few, many = (fitted(rows, steps, prior=0) for steps in (1, 300))
    inertia = [(distances(rows, centroids).min(axis=1) ** 2).sum() for centroids in (few, many)]
    assert inertia[1] < inertia[0]
    labels = distances(rows, many).argmin(axis=1)
    means = [rows[labels == label].mean(axis=0) for label in range(4)]
    np.testing.assert_allclose(many, means, atol=1e-9)


def test_kmeans_gives_the_same_bytes_for_the_same_rows() -> None:
    rows = np.random.default_rng(3).normal(size=(500, 3))
    assert fitted(rows, 1).tobytes() == fitted(rows.copy(), 1).tobytes()


def test_kmeans_without_steps_keeps_the_starts() -> None:
    rows = np.random.default_rng(3).normal(size=(500, 3))
    assert fitted(rows, 0).tobytes() == initial_centroids(rows, 4).tobytes()


@pytest.mark.parametrize("prior", [1, 2])
def test_each_start_counts_as_so_many_rows(prior: float) -> None:
    """A centroid is the mean of its own rows and of its start, which has `prior` equal shares."""
    rows = np.random.default_rng(4).lognormal(size=(300, 3))
    starts = initial_centroids(rows, 4)
    centroids = fitted(rows, 300, prior)
    labels = nearest(distances(rows, centroids)) - 1
    weight = prior * 300 / 4
    for number, start in enumerate(starts):
        own = rows[labels == number]
        expected = (own.sum(axis=0) + weight * start) / (len(own) + weight)
        np.testing.assert_allclose(centroids[number], expected, atol=1e-9)


def test_a_prior_holds_clusters_at_their_starts() -> None:
    rows = np.random.default_rng(4).lognormal(size=(300, 3))
    starts = initial_centroids(rows, 4)
    away = [np.abs(fitted(rows, 300, prior) - starts).max() for prior in (0, 1, 2, 1000)]
    assert away == sorted(away, reverse=True)
    assert away[0] > 2 * away[1]
    assert away[-1] < 0.01


@pytest.mark.parametrize("prior", [0, 1, 2])
def test_steps_over_parts_come_to_what_one_call_comes_to(prior: float) -> None:
    rows = np.random.default_rng(7).lognormal(size=(400, 3))
    centroids = anchors = initial_centroids(rows, 4)
    for _ in range(300):
        labels = nearest(distances(rows, centroids)) - 1
        sums = np.array([rows[labels == number].sum(axis=0) for number in range(4)])
        sizes = np.bincount(labels, minlength=4).astype(float)
        before = centroids
        centroids = moved_centroids(before, sizes, sums, anchors, prior)
    assert have_settled(before, centroids)
    np.testing.assert_allclose(centroids, fitted(rows, 300, prior), atol=1e-9)


def test_a_cluster_without_rows_or_start_stays() -> None:
    centroids = np.array([[0.0], [9.0]])
    found = moved_centroids(centroids, np.array([2.0, 0.0]), np.array([[4.0], [0.0]]), centroids, 0)
    assert found.tolist() == [[2.0], [9.0]]


def test_what_has_settled() -> None:
    centroids = np.array([[0.0, 1.0], [2.0, 3.0]])
    assert have_settled(centroids, centroids + SETTLED / 2)
    assert not have_settled(centroids, centroids + np.array([[0, 0], [0, 2 * SETTLED]]))


def test_kmeans_says_whether_it_converged() -> None:
    rows = np.random.default_rng(4).lognormal(size=(300, 3))
    ends = [AnchoredKMeans(4, max_iter=steps).fit(rows).convergence for steps in (0, 2, 300)]
    assert ends[:2] == [Convergence(0, False), Convergence(2, False)]
    assert ends[2].is_converged
    assert 2 < ends[2].step_count < 100


def test_kmeans_is_an_estimator_of_scikit_learn() -> None:
    directions = np.eye(3)[:2]
    kmeans = clone(AnchoredKMeans(4, directions=directions))
    assert kmeans.get_params().keys() == {"n_clusters", "prior", "max_iter", "directions"}
    rows = np.random.default_rng(3).normal(size=(500, 3))
    labels = kmeans.fit_predict(rows)
    assert labels.tolist() == (nearest(distances(rows, kmeans.cluster_centers_)) - 1).tolist()


def test_distances_are_euclidean() -> None:
    found = distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 0.0]]))
    assert found.tolist() == [[0.0, 3.0], [5.0, 4.0]]


def test_the_first_of_equals_is_nearest() -> None:
    assert nearest(np.array([[2.0, 1.0], [1.0, 1.0]])).tolist() == [2, 1]
