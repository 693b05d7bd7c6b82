"""Fits to more customers than memory holds: the same model from batches, nearly from a sample."""

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import FIT_SETTINGS, Build
from sklearn.metrics import adjusted_rand_score

from customer_segments.fitting import batched_fit, clustering
from customer_segments.fitting.batched_fit import fit_batched, refined
from customer_segments.fitting.behaviour import fit_behaviour_space
from customer_segments.fitting.clustering import Convergence
from customer_segments.fitting.customers import Customers, read_customers
from customer_segments.fitting.segment_model import fit_behaviour, fit_segments
from customer_segments.parallel import Progress
from customer_segments.relations import read, rows_of, sampled_customers

SEED = FIT_SETTINGS.seed


@pytest.fixture
def relations(sample_build: Build):
    with duckdb.connect(str(sample_build.database), read_only=True) as connection:
        yield connection.table("fct_customer_features"), connection.table("fct_customer_items")


@pytest.mark.parametrize("max_iter", [0, 300])
@pytest.mark.parametrize("batch_rows", [7, 2048])
def test_batches_fit_the_same_model(relations, max_iter: int, batch_rows: int) -> None:
    """Of fewer rows than a customer has, and of many customers."""
    settings = FIT_SETTINGS.with_max_iter(max_iter)
    everyone = Customers.read(*relations)
    whole = fit_segments(everyone, settings)
    batched = fit_batched(*relations, settings, everyone, batch_rows)
    pd.testing.assert_frame_equal(batched.to_table(), whole.to_table(), rtol=1e-9)


@pytest.mark.parametrize("prior", [0, 1, 2])
def test_batches_end_where_one_call_ends(relations, prior: float) -> None:
    """From a sample's centroids over all: the same minimum, if the starts are those of all."""
    everyone = Customers.read(*relations)
    settings = replace(FIT_SETTINGS, kmeans_prior=prior)
    kmeans = fit_behaviour(everyone.features, settings.behaviour)[1]
    _, places = fit_behaviour_space(everyone.features, settings.behaviour)
    halves = np.array_split(places, 2)
    found, end = refined(kmeans.init, kmeans, lambda: iter(halves), Progress("rows", len(places)))
    np.testing.assert_allclose(found, kmeans.cluster_centers_, atol=1e-9)
    assert end.is_converged


def test_passes_over_all_are_capped(relations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batched_fit, "PASS_LIMIT", 1)
    features, counts = relations
    some = read_customers(features, counts, fit_limit=250, sample_limit=1, seed=SEED)
    found = fit_batched(features, counts, FIT_SETTINGS, some)
    assert found.convergence == (Convergence(1, False), Convergence(1, False))
    assert 10 < clustering.PASS_LIMIT <= 30


def test_starts_of_a_sample_lead_to_nearly_the_same_segments(relations) -> None:
    features, counts = relations
    everyone = Customers.read(features, counts)
    some = read_customers(features, counts, fit_limit=250, sample_limit=1, seed=SEED)
    assert len(some) == 250 < len(everyone)
    found = fit_batched(features, counts, FIT_SETTINGS, some)
    whole = fit_segments(everyone, FIT_SETTINGS)
    for axis in (0, 1):
        labels = (model.predict(everyone)[:, axis] for model in (found, whole))
        assert adjusted_rand_score(*labels) >= 0.85


def test_all_are_read_up_to_the_limit(relations) -> None:
    features, counts = relations
    [(count,)] = features.count("*").fetchall()
    everyone = read_customers(features, counts, fit_limit=count, sample_limit=1, seed=SEED)
    assert len(everyone) == count


def test_who_is_in_a_sample_follows_from_id_and_seed(relations) -> None:
    features, counts = relations

    def sample(relation, seed: int) -> set[str]:
        return set(read(rows_of(relation, sampled_customers(relation, 50, seed)))["customer_id"])

    chosen = sample(features, 1)
    assert len(chosen) == 50
    assert sample(features.order("net_sales desc"), 1) == chosen
    assert sample(counts, 1) == chosen
    assert 0 < len(sample(features, 2) & chosen) < 50
