from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from one_axis import fit_taste, taste_distances
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from customer_segments.fitting.settings import TasteSettings
from customer_segments.fitting.taste import TasteModel

SETTINGS = TasteSettings(
    min_customers=3, component_count=2, cluster_count=2, max_iter=300, prior=1, seed=1
)


@pytest.fixture
def counts() -> pd.DataFrame:
    """Return 30 customers: twenty buy toys, ten buy mugs, everyone one of three shared items."""
    random = np.random.default_rng(2)
    rows = [
        (f"{customer:02}", f"{'TOY' if customer < 20 else 'MUG'}{item}", int(random.integers(1, 4)))
        for customer in range(30)
        for item in random.choice(8, size=5, replace=False)
    ]
    rows += [(f"{customer:02}", f"SHARED{customer % 3}", 1) for customer in range(30)]
    rows += [("00", "RARE", 9), ("01", "RARE", 9)]
    return pd.DataFrame(rows, columns=["customer_id", "stock_code", "order_count"])


def customers(counts: pd.DataFrame) -> np.ndarray:
    return np.sort(counts["customer_id"].unique()).astype(object)


def test_clusters_are_the_tastes_largest_first(counts: pd.DataFrame) -> None:
    model = fit_taste(counts, SETTINGS)
    labels = taste_distances(model, counts, customers(counts)).argmin(axis=1)
    assert labels.tolist() == [0] * 20 + [1] * 10


def test_items_of_few_customers_are_left_out(counts: pd.DataFrame) -> None:
    model = fit_taste(counts, SETTINGS)
    assert "RARE" not in model.stock_codes
    assert "SHARED0" in model.stock_codes


def test_idf_and_components_are_the_textbook_ones(counts: pd.DataFrame) -> None:
    model = fit_taste(counts, SETTINGS)
    wide = counts.pivot(index="customer_id", columns="stock_code", values="order_count")
    wide = wide[list(model.stock_codes)].fillna(0).to_numpy()
    idf = np.log((1 + len(wide)) / (1 + (wide > 0).sum(axis=0))) + 1
    np.testing.assert_allclose(model.idf, idf)
    weighted = normalize(np.log1p(wide) * idf)
    svd = TruncatedSVD(2, algorithm="arpack", random_state=1).fit(weighted)
    np.testing.assert_allclose(np.abs(model.loadings), np.abs(svd.components_.T), atol=1e-9)
    largest = np.abs(model.loadings).argmax(axis=0)
    assert (model.loadings[largest, [0, 1]] > 0).all()


def test_the_order_of_rows_does_not_matter(counts: pd.DataFrame) -> None:
    first = fit_taste(counts, SETTINGS).to_table()
    second = fit_taste(counts.sample(frac=1, random_state=3), SETTINGS).to_table()
    pd.testing.assert_frame_equal(first, second)


def test_the_table_holds_the_whole_model(counts: pd.DataFrame) -> None:
    model = fit_taste(counts, SETTINGS)
    again = TasteModel.from_table(model.to_table().sample(frac=1, random_state=1))
    np.testing.assert_array_equal(
        taste_distances(again, counts, customers(counts)),
        taste_distances(model, counts, customers(counts)),
    )


def test_unknown_items_are_passed_over(counts: pd.DataFrame) -> None:
    model = fit_taste(counts, SETTINGS)
    new = pd.DataFrame(
        [("A", "MUG1", 2), ("A", "UNKNOWN", 50), ("B", "UNKNOWN", 1)], columns=counts.columns
    )
    found = taste_distances(model, new, np.array(["A", "B"], dtype=object))
    assert found[0].argmin() == 1
    # B lies at the origin, where each distance is the length of the centroid.
    np.testing.assert_allclose(found[1], np.linalg.norm(model.centroids, axis=1))


@pytest.mark.parametrize("item_count", [1, 2])
def test_one_taste_takes_few_items(item_count: int) -> None:
    counts = pd.DataFrame(
        [(f"{number:02}", f"I{number % item_count}", 1) for number in range(9)],
        columns=["customer_id", "stock_code", "order_count"],
    )
    model = fit_taste(counts, replace(SETTINGS, cluster_count=1))
    assert model.loadings.shape == (item_count, SETTINGS.component_count)
    distances = taste_distances(model, counts, customers(counts))
    assert distances.shape == (9, 1)
    assert np.isfinite(distances).all()


def test_too_few_items_is_one_clear_error() -> None:
    """Twelve customers, each with an item of its own; five bought the same one too."""
    rows = [(f"{customer:02}", f"OWN{customer}", 1) for customer in range(12)]
    rows += [(f"{customer:02}", "SHARED", 1) for customer in range(5)]
    counts = pd.DataFrame(rows, columns=["customer_id", "stock_code", "order_count"])
    for least, components, found in (
        (5, 2, "Found 1 item that at least 5 customers bought, by 5 of 12 customers. "),
        (6, 2, "Found 0 items that at least 6 customers bought, by 0 of 12 customers. "),
        (1, 13, "Found 13 items that at least 1 customer bought, by 12 of 12 customers. "),
    ):
        settings = replace(SETTINGS, min_customers=least, component_count=components)
        with pytest.raises(ValueError, match="Lower the variable item_min_customers") as error:
            fit_taste(counts, settings)
        assert found in str(error.value)
