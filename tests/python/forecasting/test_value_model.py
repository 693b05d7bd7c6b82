"""Forecasts: published values, customers simulated as the model says, SQL and Python alike."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Build, compiled

from customer_segments.forecasting import value_model
from customer_segments.forecasting.value_forecasts import fit_values
from customer_segments.forecasting.value_model import (
    Histories,
    OrderModel,
    SpendModel,
    fit_order_model,
    fit_spend_model,
)

# Of the CDNOW customers, in weeks: Batislam, Denizel & Filiztekin (2007); Fader & Hardie (2013).
CDNOW_ORDERS = OrderModel(r=0.525, alpha=6.183, a=0.891, b=1.614)
SETTINGS = {"horizon_days": 90, "min_repeat_customers": 50}


def simulate(
    orders: OrderModel, customer_count: int, seed: int = 4
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return histories of customers who came over two years, and their orders 90 days on.

    Values are Gamma(3, nu) around the customer's mean, nu ~ Gamma(3.5, 400) (Gamma-Gamma): the best
    linear forecast draws means to 480 GBP by 2.5 / 3 of an order.
    """
    random = np.random.default_rng(seed)
    rate = random.gamma(orders.r, 1 / orders.alpha, customer_count)
    stop = random.beta(orders.a, orders.b, customer_count)
    age = random.integers(1, 700, customer_count)
    is_active = random.random(customer_count) > stop
    time, last = np.zeros(customer_count), np.zeros(customer_count)
    repeats, coming = (np.zeros(customer_count, dtype=int) for _ in range(2))
    while is_active.any():
        time = np.where(is_active, time + random.exponential(1 / rate), np.inf)
        repeats += time < age
        coming += (time >= age) & (time < age + 90)
        last = np.where(time < age, time, last)
        is_active &= (time < age + 90) & (random.random(customer_count) > stop)
    scale = random.gamma(3.5, 1 / 400, customer_count)
    last_order = random.gamma(3, 1 / scale)
    return pd.DataFrame(
        {
            "customer_id": [f"{number:06}" for number in range(customer_count)],
            "forecast_date": pd.Timestamp("2011-12-10"),
            "repeat_count": repeats,
            "repeat_days": last.astype(int),
            "age_days": age,
            "order_count": repeats + 1,
            "net_sales": last_order + np.where(repeats, random.gamma(3 * repeats, 1 / scale), 0),
            "last_order_value": last_order,
        }
    ), coming


@pytest.fixture(scope="module")
def shop() -> tuple[pd.DataFrame, np.ndarray]:
    return simulate(OrderModel(r=0.7, alpha=60, a=0.6, b=2.5), 20_000)


def histories(table: pd.DataFrame) -> Histories:
    return Histories(
        *(table[name].to_numpy(float) for name in ("repeat_count", "repeat_days", "age_days"))
    )


def probability_active(model: OrderModel, customers: Histories) -> np.ndarray:
    """Return the probability of each customer to be still active, which builds compute in SQL."""
    r, alpha, a, b = model
    x = customers.repeats
    odds = np.log(a / (b + x)) + (r + x) * np.log(
        (alpha + customers.age_days) / (alpha + customers.last_days)
    )
    return 1 / (1 + np.exp(np.minimum(odds, 700)))


@pytest.mark.parametrize("a", [0.6, 1e-6], ids=["some stop", "nobody stops"])
def test_another_processor_fits_the_same_parameters(
    a: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processors differ in the last digit of a logarithm: here, each value by its own."""
    customers, _ = simulate(OrderModel(r=0.7, alpha=60, a=a, b=2.5), 1_000)
    fitted = fit_values(customers, **SETTINGS)
    exact = value_model.gammaln
    for seed in range(5):
        random = np.random.default_rng(seed)
        monkeypatch.setattr(
            value_model,
            "gammaln",
            lambda x, random=random: exact(x) * (1 + 2e-16 * random.integers(-1, 2, np.shape(x))),
        )
        again = fit_values(customers, **SETTINGS)
        pd.testing.assert_frame_equal(again, fitted, rtol=1e-9)


def test_published_parameters_give_the_values_of_an_independent_program() -> None:
    """The values are those of lifetimes 0.11.3, ModifiedBetaGeoFitter."""
    customers = Histories(
        np.array([0.0, 2, 20]), np.array([0.0, 30.43, 38]), np.array([38.86, 38.86, 38.86])
    )
    alive = probability_active(CDNOW_ORDERS, customers)
    np.testing.assert_allclose(alive, [0.38973508, 0.70620227, 0.94230082], rtol=1e-7)
    expected = alive * CDNOW_ORDERS.expected_if_active(customers.repeats, customers.age_days, 39)
    np.testing.assert_allclose(expected, [0.15401275, 1.26296062, 12.73445081], rtol=1e-7)


def test_expectation_is_the_mean_over_rates_and_chances_to_stop() -> None:
    """Of an active customer: (1 - exp(-rate x stop x days)) / stop."""
    model, repeats, age = OrderModel(r=0.7, alpha=60, a=1.7, b=2.5), 3, 200
    random = np.random.default_rng(2)
    rate = random.gamma(model.r + repeats, 1 / (model.alpha + age), 1_000_000)
    stop = random.beta(model.a, model.b + repeats + 1, 1_000_000)
    simulated = (-np.expm1(-rate * stop * 90) / stop).mean()
    [expected] = model.expected_if_active(np.array([repeats]), np.array([age]), 90)
    assert expected == pytest.approx(simulated, rel=0.005)


def test_expectation_has_no_gap_where_its_formula_has_one() -> None:
    below, at, above = (
        OrderModel(0.7, 60, a, 2.5).expected_if_active(np.array([3.0]), np.array([200.0]), 90)[0]
        for a in (0.9999, 1, 1.0001)
    )
    assert above < at < below
    assert at == pytest.approx((above + below) / 2, rel=1e-6)


def test_parameters_of_simulated_customers_are_found(shop: tuple[pd.DataFrame, np.ndarray]) -> None:
    table, _ = shop
    orders = fit_order_model(histories(table))
    assert orders == pytest.approx((0.7, 60, 0.6, 2.5), rel=0.15)
    spend = fit_spend_model(*spend_columns(table))
    assert spend == pytest.approx((2.5 / 3, 480), rel=0.15)


def spend_columns(table: pd.DataFrame) -> list[np.ndarray]:
    names = ("order_count", "net_sales", "last_order_value")
    return [table[name].to_numpy(float) for name in names]


def test_the_mean_of_all_counts_for_some_orders() -> None:
    """For two of 30 GBP: after one of 20 come 80 / 3, after five of 60 come 360 / 7."""
    found = SpendModel(2, 30).expected_value(np.array([1.0, 5]), np.array([20.0, 300]))
    np.testing.assert_allclose(found, [80 / 3, 360 / 7])


def test_small_accounts_of_a_mixed_range_stay_small() -> None:
    """Spare parts for most, machines for some, and a machine now and then for everybody.

    Customers who ordered ten times for a few pounds are expected to do about that again.
    """
    random = np.random.default_rng(6)
    counts = random.integers(1, 20, 2_000)
    usual = np.where(random.random(2_000) < 0.7, 40, 4_000)
    orders = [
        level * random.lognormal(0, 0.8, count) * np.where(random.random(count) < 0.03, 50, 1)
        for level, count in zip(usual, counts, strict=True)
    ]
    totals = np.array([values.sum() for values in orders])
    last = np.array([values[-1] for values in orders])
    model = fit_spend_model(counts.astype(float), totals, last)
    expected = model.expected_value(counts, totals)
    is_small = (usual == 40) & (counts > 9)
    own = totals[is_small] / counts[is_small]
    assert expected[is_small].mean() == pytest.approx(own.mean(), rel=0.5)
    between = np.array([totals / counts, np.full(2_000, model.mean_order_value)])
    assert (expected >= between.min(axis=0)).all()
    assert (expected <= between.max(axis=0)).all()


def test_what_is_expected_comes(shop: tuple[pd.DataFrame, np.ndarray]) -> None:
    """In total, and among customers of whom little, something and much is expected."""
    table, coming = shop
    customers = histories(table)
    model = fit_order_model(customers)
    expected = probability_active(model, customers) * model.expected_if_active(
        customers.repeats, customers.age_days, 90
    )
    order = np.argsort(expected)
    for part in np.array_split(order, 4):
        assert expected[part].sum() == pytest.approx(coming[part].sum(), rel=0.1)
    assert expected.sum() == pytest.approx(coming.sum(), rel=0.03)


def test_sql_and_python_agree(sample_build: Build, shop: tuple[pd.DataFrame, np.ndarray]) -> None:
    table = (
        shop[0]
        .head(2_000)
        .assign(
            cutoff_number=0,
            is_year_before=False,
            order_count_last_90d=0,
            net_sales_last_90d=0,
            actual_orders=0,
            actual_spend=0,
        )
    )
    parameters = fit_values(table, **SETTINGS)
    named = parameters.set_index("parameter")["value"]
    orders = OrderModel(*(named[name] for name in OrderModel._fields))
    spend = SpendModel(*(named[name] for name in SpendModel._fields))
    with duckdb.connect() as connection:
        connection.register("int_customer_histories", table)
        connection.register("ml_value_model", parameters)
        sql = compiled(sample_build, "int_customer_values")
        found = connection.sql(sql).df().sort_values("customer_id", ignore_index=True)
    customers = histories(table)
    alive = probability_active(orders, customers)
    expected = alive * orders.expected_if_active(customers.repeats, customers.age_days, 90)
    counts, totals, _ = spend_columns(table)
    value = spend.expected_value(counts, totals)
    np.testing.assert_allclose(found["probability_alive"], alive, rtol=1e-9)
    np.testing.assert_allclose(found["model_orders"], expected, rtol=1e-9)
    np.testing.assert_allclose(found["expected_order_value"], value, rtol=1e-9)
    np.testing.assert_allclose(found["model_spend"], expected * value, rtol=1e-9)


def test_too_few_customers_or_days_have_no_model(shop: tuple[pd.DataFrame, np.ndarray]) -> None:
    table, _ = shop
    assert fit_values(table.head(60), **SETTINGS).empty
    young = table[table["age_days"] < 90]
    assert (young["repeat_count"] > 0).sum() >= 50
    assert fit_values(young, **SETTINGS).empty
    assert fit_values(table.head(0), **SETTINGS).empty


def test_a_sample_stands_for_many_customers(shop: tuple[pd.DataFrame, np.ndarray]) -> None:
    """And each pair of repeats and age has its expectation, whether in the sample or not."""
    table, _ = shop
    pairs = table[["forecast_date", "repeat_count", "age_days"]]
    sample = fit_values(table.head(5_000), pairs, **SETTINGS)
    everyone = fit_values(table, **SETTINGS)
    keys = ["parameter", "repeat_count", "age_days"]
    assert sample[keys].equals(everyone[keys])
    of_sample, of_everyone = (
        found.loc[found["repeat_count"] == 0, "value"].mean() for found in (sample, everyone)
    )
    assert of_sample != of_everyone
    assert of_sample == pytest.approx(of_everyone, rel=0.1)


@pytest.mark.parametrize("money", [1e-4, 1e13])
def test_one_monstrous_order_leaves_finite_numbers(
    shop: tuple[pd.DataFrame, np.ndarray], money: float
) -> None:
    table = shop[0].head(500).copy()
    table.loc[0, ["net_sales", "last_order_value"]] = money
    found = fit_values(table, **SETTINGS)
    assert len(found)
    assert np.isfinite(found["value"]).all()
    assert (found["value"] > 0).all()


def test_the_optimiser_is_given_the_derivatives_of_the_likelihood() -> None:
    customers = Histories(
        np.array([0.0, 2, 5, 0]), np.array([0.0, 30, 100, 0]), np.array([39.0, 60, 120, 300])
    )
    logs = np.log([0.7, 60, 0.6, 2.5])
    _, derivatives = OrderModel(*np.exp(logs)).log_likelihood(customers)
    for step, found in zip(np.eye(4) * 1e-5, derivatives, strict=True):
        above, below = (
            OrderModel(*np.exp(logs + sign * step)).log_likelihood(customers)[0] for sign in (1, -1)
        )
        np.testing.assert_allclose(found, (above - below) / 2e-5, rtol=1e-6, atol=1e-8)


def test_errors_gini_and_intervals_are_those_of_numpy(sample_build: Build) -> None:
    """Gini weighs ranks by what came, ties their mean; the interval is that of a ratio of sums."""
    random = np.random.default_rng(8)
    actual = random.poisson(1.5, 300).astype(float)
    forecasts = pd.DataFrame(
        {
            "customer_id": [f"{number:03}" for number in range(300)],
            "method": "mean",
            "cutoff_number": 1,
            "forecast_date": pd.Timestamp("2011-09-11"),
            "expected_orders": (actual + random.integers(0, 4, 300)).round(),
            "actual_orders": actual,
            "expected_spend": random.gamma(1, 100, 300),
            "actual_spend": actual * 10,
        }
    )
    with duckdb.connect() as connection:
        connection.register("int_value_forecasts", forecasts)
        sql = compiled(sample_build, "rpt_value_backtest")
        scores = connection.sql(sql).df().set_index("measure")
    for measure, name in (("orders", "orders"), ("net sales", "spend")):
        expected, came = forecasts[f"expected_{name}"], forecasts[f"actual_{name}"]
        found = scores.loc[measure]
        assert found["mean_absolute_error"] == pytest.approx((expected - came).abs().mean())
        areas = [((rank - rank.mean()) * came).sum() for rank in (expected.rank(), came.rank())]
        assert found["gini"] == pytest.approx(areas[0] / areas[1])
        ratio = expected.sum() / came.sum()
        margin = 1.959964 * (expected - ratio * came).std() * np.sqrt(300) / came.sum()
        assert found[["total_bias", "total_bias_low", "total_bias_high"]].tolist() == pytest.approx(
            [ratio - 1, ratio - 1 - margin, ratio - 1 + margin], rel=1e-5
        )
