"""Confidences: curves never fall, are checked on customers left out, SQL reads them as Python."""

import numpy as np
import pytest
from conftest import Build

from customer_segments.judging.confidence import Curve, calibration, fit_curve, left_out_confidence
from customer_segments.judging.stability import LABELINGS


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(5)


def test_a_curve_never_falls_and_begins_at_the_border(random: np.random.Generator) -> None:
    margins = random.uniform(0.05, 1, 300)
    curve = fit_curve(margins, random.binomial(40, 0.5 + margins / 2) / 40)
    assert curve.margins[0] == 0
    assert (np.diff(curve.margins) > 0).all()
    assert (np.diff(curve.shares) >= 0).all()
    assert curve.confidence(np.array([0.0, 5.0])).tolist() == [curve.shares[0], curve.shares[-1]]
    np.testing.assert_allclose(curve.confidence(margins), 0.5 + margins / 2, atol=0.15)


def test_own_refits_do_not_count_for_a_customer_left_out(random: np.random.Generator) -> None:
    """Agreement without any pattern: a curve that saw a customer would follow it up and down."""
    margins = random.uniform(0, 1, (400, 2))
    agreed = random.uniform(0, 1, (400, 2))
    confidence = left_out_confidence(margins, agreed, seed=1)
    assert confidence.shape == (400, 3)
    np.testing.assert_array_equal(confidence[:, 2], confidence[:, 0] * confidence[:, 1])
    for axis in range(2):
        assert np.corrcoef(confidence[:, axis], agreed[:, axis])[0, 1] < 0.1
        seen = fit_curve(margins[:, axis], agreed[:, axis]).confidence(margins[:, axis])
        assert np.corrcoef(seen, agreed[:, axis])[0, 1] > 0.15


def test_bins_hold_equal_numbers_least_sure_first(random: np.random.Generator) -> None:
    confidence = random.permutation(np.linspace(0, 1, 105))
    bins = list(calibration(confidence, confidence / 2))
    assert [found.customer_count for found in bins] == [11] * 5 + [10] * 5
    assert [found.confidence for found in bins] == sorted(found.confidence for found in bins)
    assert bins[0].agreed == pytest.approx(bins[0].confidence / 2)
    assert len(list(calibration(confidence[:3], confidence[:3]))) == 3


POINTS = """
    select
        axis,
        max(value) filter (where parameter = 'curve_margin') as margin_from,
        max(value) filter (where parameter = 'curve_agreed') as agreed_from
    from intermediate.ml_kmeans_parameters
    where parameter in ('curve_margin', 'curve_agreed')
    group by axis, component
    order by axis, component
"""


def test_sql_reads_the_curves_as_python_does(sample_build: Build) -> None:
    with sample_build.open_warehouse() as connection:
        points = connection.sql(POINTS).df()
    for axis in LABELINGS[:2]:
        own = points[points["axis"] == axis]
        curve = Curve(own["margin_from"].to_numpy(), own["agreed_from"].to_numpy())
        rows = sample_build.query(
            f"select {axis}_distance, {axis}_runner_up_distance, {axis}_confidence "
            "from fct_customer_segments"
        )
        near, far, found = np.array(rows).T
        expected = curve.confidence((far - near) / (far + near))
        np.testing.assert_allclose(found, expected, atol=1e-9)
