"""What segments over-buy: the statistics in SQL are those of scipy, down to the last pair."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Build, compiled
from scipy import stats

PAIRS = 4_000
CELLS = ["customer_count", "rest_customer_count", "segment_size", "rest_size"]


@pytest.fixture(scope="module")
def counts() -> pd.DataFrame:
    """Return counts from rare to universal, from no difference to a large one."""
    random = np.random.default_rng(5)
    share = random.beta(0.3, 1, PAIRS)
    odds = np.exp(random.normal(0, 1, PAIRS) * (random.random(PAIRS) < 0.5))
    found = pd.DataFrame({"segment_size": np.repeat([20, 400, 30_000, 1], PAIRS // 4)})
    found["rest_size"] = np.tile([60, 3_000], PAIRS // 2)
    found["segment_id"] = "B" + found["segment_size"].astype(str)
    found["product"] = [f"ITEM{number:05}" for number in range(PAIRS)]
    found["product_type"] = "item"
    for prefix, size, chance in (
        ("", "segment_size", np.minimum(share * odds, 1)),
        ("rest_", "rest_size", share),
    ):
        bought = random.binomial(found[size], chance)
        found[f"{prefix}customer_count"] = bought
        for half in ("early", "late"):
            found[f"{prefix}{half}_customer_count"] = random.binomial(bought, 0.7)
    everyone = (found["customer_count"] + found["rest_customer_count"]) > 0
    return found[everyone].reset_index(drop=True)


@pytest.fixture(scope="module")
def compared(sample_build: Build, counts: pd.DataFrame) -> pd.DataFrame:
    """Return rpt_segment_items of these counts, in their order, without the pairs not shown."""
    sql = compiled(sample_build, "rpt_segment_items")
    items = counts[["product"]].rename(columns={"product": "stock_code"})
    items[["item_name", "product_family"]] = "NAME", "Family"
    with duckdb.connect() as connection:
        connection.register("int_segment_product_counts", counts)
        connection.register("dim_items", items)
        found = connection.sql(sql).df()
    return found.sort_values("stock_code", ignore_index=True)


def shown(counts: pd.DataFrame) -> "pd.Series[bool]":
    return counts["customer_count"] >= 5


def p_values(counts: pd.DataFrame) -> np.ndarray:
    found = np.ones(len(counts))
    for row, (a, b, n, m) in enumerate(counts[CELLS].to_numpy()):
        if a + b < n + m:  # else everybody bought it, and there is nothing to compare
            found[row] = stats.chi2_contingency(
                [[a, n - a], [b, m - b]], correction=False, lambda_="log-likelihood"
            ).pvalue
    return found


def test_p_values_are_those_of_the_likelihood_ratio_test(
    compared: pd.DataFrame, counts: pd.DataFrame
) -> None:
    assert compared["stock_code"].tolist() == counts.loc[shown(counts), "product"].tolist()
    expected = p_values(counts)[shown(counts)]
    assert expected.min() < 1e-200
    assert expected.max() == 1
    np.testing.assert_allclose(compared["p_value"], expected, rtol=5e-7, atol=1e-300)


def test_q_values_are_those_of_benjamini_and_hochberg_over_all_pairs(
    compared: pd.DataFrame, counts: pd.DataFrame
) -> None:
    expected = stats.false_discovery_control(p_values(counts))[shown(counts)]
    np.testing.assert_allclose(compared["q_value"], expected, rtol=5e-7, atol=1e-300)


def test_intervals_are_those_of_katz_with_half_a_customer_more(
    compared: pd.DataFrame, counts: pd.DataFrame
) -> None:
    a, b, n, m = counts.loc[shown(counts), CELLS].to_numpy(dtype=float).T + 0.5
    log_lift = np.log((a / n) / (b / m))
    error = np.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    z = stats.norm.ppf(0.975)
    np.testing.assert_allclose(compared["lift_low"], np.exp(log_lift - z * error), rtol=1e-12)
    np.testing.assert_allclose(compared["lift_high"], np.exp(log_lift + z * error), rtol=1e-12)


def test_many_customers_make_the_interval_that_of_scipy(
    compared: pd.DataFrame, counts: pd.DataFrame
) -> None:
    """Half a customer hardly matters when there are thousands."""
    many = counts[shown(counts)].reset_index(drop=True)
    many = many[(many["customer_count"] > 2_000) & (many["rest_customer_count"] > 1_000)]
    assert len(many) > 20
    for row, count in many.iterrows():
        found = compared.loc[row]
        a, b, n, m = count[CELLS]
        scipy = stats.contingency.relative_risk(a, n, b, m)
        assert found["lift"] == pytest.approx(scipy.relative_risk, rel=1e-12)
        low, high = scipy.confidence_interval(0.95)
        assert (found["lift_low"], found["lift_high"]) == pytest.approx((low, high), rel=1e-3)
