import numpy as np
import pytest

from customer_segments.fitting.clustering import AnchoredKMeans
from customer_segments.judging.diagnostics import diagnose_axis


@pytest.fixture(scope="module")
def places() -> np.ndarray:
    """Return three round groups far apart: 60, 90 and 150 customers."""
    random = np.random.default_rng(8)
    centres = np.repeat([[0.0, 0.0], [9.0, 0.0], [4.0, 8.0]], [60, 90, 150], axis=0)
    return centres + random.normal(size=(300, 2))


def diagnose(places: np.ndarray, **settings: int):
    defaults = {"repeat_count": 5, "customer_limit": 1_000, "seed": 1}
    return diagnose_axis(
        lambda rows: places[rows],
        lambda rows, count: AnchoredKMeans(count, prior=0).fit(rows).cluster_centers_,
        len(places),
        cluster_counts=range(2, 6),
        **defaults | settings,
    ).set_index("cluster_count")


def test_three_groups_are_best_told_apart_by_three_clusters(places: np.ndarray) -> None:
    table = diagnose(places)
    assert table["silhouette"].idxmax() == 3
    assert table["calinski_harabasz"].idxmax() == 3
    assert table["davies_bouldin"].idxmin() == 3
    assert table["gap"].idxmax() == 3
    assert table["stability_mean"].idxmax() <= 3  # two of the three groups come back too
    assert table.loc[3, "stability_mean"] > 0.98
    assert table.loc[3, "worst_cluster_jaccard"] > 0.98
    assert table.loc[5, "worst_cluster_jaccard"] < 0.9
    assert table.loc[3, "smallest_share"] == pytest.approx(0.2, abs=0.01)
    assert (np.diff(table["inertia"]) < 0).all()


def test_the_same_customers_give_the_same_table(places: np.ndarray) -> None:
    assert diagnose(places).equals(diagnose(places))


def test_a_sample_stands_for_many_customers(places: np.ndarray) -> None:
    table = diagnose(places, customer_limit=100)
    assert table["silhouette"].idxmax() == 3
    assert abs(table.loc[3, "silhouette"] - diagnose(places).loc[3, "silhouette"]) < 0.05


def test_numbers_that_the_customers_are_too_few_for_are_left_out() -> None:
    table = diagnose(np.array([[0.0], [1.0], [5.0], [6.0]] * 30))
    assert table.index.tolist() == [2, 3]


def test_workers_change_the_time_not_the_table(places: np.ndarray) -> None:
    assert diagnose(places, worker_count=2).equals(diagnose(places, worker_count=1))


def test_errors_of_sampling_are_stated(places: np.ndarray) -> None:
    everyone, sample = diagnose(places), diagnose(places, customer_limit=100)
    assert (everyone["silhouette_error"] == 0).all()
    off = (sample["silhouette"] - everyone["silhouette"]).abs()
    assert (off < 4 * sample["silhouette_error"]).all()
    # Four times the repeats, half the error; the means differ by no more than the errors say.
    few, many = (diagnose(places, repeat_count=count) for count in (10, 40))
    assert 0.3 < many.loc[5, "stability_error"] / few.loc[5, "stability_error"] < 0.8
    off = (few["stability_mean"] - many["stability_mean"]).abs()
    assert (off <= 4 * few["stability_error"] + 1e-9).all()


def test_the_seed_decides_which_customers_a_refit_sees(places: np.ndarray) -> None:
    one, two = (diagnose(places, seed=seed).loc[5, "stability_mean"] for seed in (1, 2))
    assert one != two
