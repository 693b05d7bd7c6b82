"""Both axes of more customers than memory holds side by side: KMeans over record batches.

Scales, weights of items, latent dimensions and starts come from a seeded sample of customers, on
which KMeans converges; Lloyd's algorithm goes on from there over all of them, who come by in
batches, in one order, held by the same starts. With n customers in the sample, what it decides is
off by about 1 / sqrt(n) of the spread between customers: by a thousandth with the default of a
million.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import sparse

from customer_segments.fitting.clustering import (
    PASS_LIMIT,
    AnchoredKMeans,
    Convergence,
    Matrix,
    distances,
    have_settled,
    moved_centroids,
    nearest,
)
from customer_segments.fitting.customers import Customers, numbered_pairs
from customer_segments.fitting.segment_model import SegmentModel, fit_behaviour, fit_taste
from customer_segments.fitting.settings import Settings
from customer_segments.parallel import Progress
from customer_segments.relations import count_rows

BATCH_ROWS = 1_000_000


def fit_batched(
    features: Any, counts: Any, settings: Settings, sample: Customers, batch_rows: int = BATCH_ROWS
) -> SegmentModel:
    """Fit both axes to all customers of two relations of DuckDB; as `segment_model.fit_segments`.

    Memory holds `sample` and a batch of `batch_rows` rows, not the customers.

    Raises ValueError when there are too few customers or items in the sample.
    """
    behaviour, behaviour_kmeans = fit_behaviour(sample.features, settings.behaviour)
    taste, taste_kmeans = fit_taste(sample.orders, sample.stock_codes, settings.taste)
    count = count_rows(features)

    def behaviour_places() -> Iterator[Matrix]:
        columns = (f"cast({name} as double) as {name}" for name in behaviour.features)
        ordered = features.order("customer_id").project(", ".join(columns))
        for batch in ordered.to_arrow_reader(batch_rows):
            yield behaviour.transform(batch.to_pandas())

    def taste_places() -> Iterator[Matrix]:
        pairs, stock_codes = numbered_pairs(features, counts)
        known = np.isin(stock_codes, taste.stock_codes)
        for matrix in _by_customer(pairs, len(stock_codes), batch_rows):
            has_known = matrix @ known.astype(np.float64) > 0
            yield taste.transform(matrix[np.flatnonzero(has_known)], stock_codes)

    progress = Progress("Behaviour, customers", count)
    centroids, behaviour_end = refined(
        behaviour.centroids, behaviour_kmeans, behaviour_places, progress
    )
    behaviour = replace(behaviour, centroids=centroids).in_order()
    progress = Progress("Taste, customers", count)
    centroids, taste_end = refined(taste.centroids, taste_kmeans, taste_places, progress)
    taste = replace(taste, centroids=centroids)
    return SegmentModel.of(behaviour, taste, (behaviour_end, taste_end))


def refined(
    centroids: Matrix,
    kmeans: AnchoredKMeans,
    batches: Callable[[], Iterator[Matrix]],
    progress: Progress,
) -> tuple[Matrix, Convergence]:
    """Return the centroids of a fit to a sample, (clusters, columns), after steps over all rows.

    As many steps as `kmeans` may take, `PASS_LIMIT` at most, with its prior at its starts; the
    steps over the sample do not count. `batches` begins again, at each call, to yield all rows in
    the same order.
    """
    for step in range(1, min(kmeans.max_iter, PASS_LIMIT) + 1):
        sums = np.zeros_like(centroids)
        sizes = np.zeros(len(centroids))
        for number, rows in enumerate(batches()):
            if number == 0:  # sorting is over
                progress.restart()
            labels = nearest(distances(rows, centroids)) - 1
            for cluster in range(len(centroids)):
                sums[cluster] += rows[labels == cluster].sum(axis=0)
            sizes += np.bincount(labels, minlength=len(centroids))
            progress.report(int(sizes.sum()))
        before = centroids
        centroids = moved_centroids(before, sizes, sums, kmeans.init, kmeans.prior)
        if have_settled(before, centroids):
            return centroids, Convergence(step, is_converged=True)
    return centroids, Convergence(min(kmeans.max_iter, PASS_LIMIT), is_converged=False)


def _by_customer(pairs: Any, item_count: int, batch_rows: int) -> Iterator[sparse.csr_array]:
    """Yield orders per customer and item, (customers, items), no customer in two of them."""
    held = pa.table({})
    for batch in pairs.order("place, item").to_arrow_reader(batch_rows):
        held = pa.concat_tables([held, pa.table(batch)]) if held.num_rows else pa.table(batch)
        places = held["place"].to_numpy()
        last = int(np.searchsorted(places, places[-1]))  # who may go on in the next batch
        if last:
            yield _matrix(held.slice(0, last), item_count)
        held = held.slice(last)
    if held.num_rows:
        yield _matrix(held, item_count)


def _matrix(cells: pa.Table, item_count: int) -> sparse.csr_array:
    """Return orders per customer and item of cells in the order of both."""
    starts = np.flatnonzero(np.diff(cells["place"].to_numpy(), prepend=-1))
    return sparse.csr_array(
        (
            cells["order_count"].to_numpy(),
            cells["item"].to_numpy(),
            np.append(starts, cells.num_rows),
        ),
        shape=(len(starts), item_count),
    )
