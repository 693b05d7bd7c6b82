"""The taste axis: which items customers buy, whatever they spend.

Counts of orders per customer and item become log1p(count) x smoothed inverse document frequency,
rows of length 1, a few latent dimensions by truncated SVD, rows of length 1 again, KMeans, started
from a cut along the direction in which customers differ most. The matrix is sparse throughout. The
weighting is the usual one of text retrieval, with customers as documents and items as words
(Salton & Buckley 1988; latent semantic analysis, Deerwester 1990).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from customer_segments.fitting.clustering import Matrix, distances, fit_centroids, nearest
from customer_segments.parallel import use_one_thread

Keys = NDArray[np.object_]


@dataclass(frozen=True)
class TasteModel:
    """Fitted parameters.

    `idf` has one value an item, `loadings` is (items, components), `centroids` is (clusters,
    components). Items are in the order of `stock_codes`.
    """

    stock_codes: Keys
    idf: Matrix
    loadings: Matrix
    centroids: Matrix

    def positions(self, counts: pd.DataFrame, customer_ids: Keys) -> Matrix:
        """Return where each customer lies, (customers, components), at length 1 from the origin.

        `counts` has customer_id, stock_code, order_count; items unknown to the model are passed
        over. A customer without any known item lies at the origin, about equally far from every
        centroid: its label says little, and the caller should say so.
        """
        matrix = item_matrix(counts, customer_ids, self.stock_codes)
        return self.matrix_positions(matrix, self.stock_codes)

    def matrix_positions(self, matrix: sparse.csr_array, stock_codes: Keys) -> Matrix:
        """Return the same for orders per customer and item, (customers, items)."""
        columns = pd.Index(stock_codes).get_indexer(pd.Index(self.stock_codes))
        is_known = columns >= 0
        known = matrix[:, columns[is_known]]
        known.sort_indices()
        return _latent(known, self.idf[is_known], self.loadings[is_known])

    def distances(self, counts: pd.DataFrame, customer_ids: Keys) -> Matrix:
        """Return distances of customers to centroids, (customers, clusters), from 0 to 2."""
        return distances(self.positions(counts, customer_ids), self.centroids)

    def to_table(self) -> pd.DataFrame:
        """Return one row per parameter: parameter, stock_code, component, cluster_id, value."""
        item_count, component_count = self.loadings.shape
        cluster_count = len(self.centroids)
        components = np.arange(1, component_count + 1)
        idf = pd.DataFrame({"parameter": "idf", "stock_code": self.stock_codes, "value": self.idf})
        loadings = pd.DataFrame(
            {
                "parameter": "loading",
                "stock_code": np.repeat(self.stock_codes, component_count),
                "component": np.tile(components, item_count),
                "value": self.loadings.ravel(),
            }
        )
        centroids = pd.DataFrame(
            {
                "parameter": "centroid",
                "component": np.tile(components, cluster_count),
                "cluster_id": np.repeat(np.arange(1, cluster_count + 1), component_count),
                "value": self.centroids.ravel(),
            }
        )
        table = pd.concat([idf, loadings, centroids], ignore_index=True)
        columns = ["parameter", "stock_code", "component", "cluster_id", "value"]
        return table[columns].astype({"component": "Int64", "cluster_id": "Int64"})

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> "TasteModel":
        """Return the model that `to_table` wrote; the order of its rows does not matter."""
        by_parameter = dict(list(table.groupby("parameter")))
        idf = by_parameter["idf"].sort_values("stock_code")
        loadings = by_parameter["loading"].sort_values(["stock_code", "component"])
        centroids = by_parameter["centroid"].sort_values(["cluster_id", "component"])
        component_count = int(centroids["component"].max())
        return cls(
            idf["stock_code"].to_numpy(dtype=object),
            idf["value"].to_numpy(dtype=np.float64),
            loadings["value"].to_numpy(dtype=np.float64).reshape(-1, component_count),
            centroids["value"].to_numpy(dtype=np.float64).reshape(-1, component_count),
        )


def fit_taste(
    counts: pd.DataFrame,
    *,
    cluster_count: int,
    component_count: int,
    item_min_customers: int,
    step_count: int,
    seed: int,
) -> TasteModel:
    """Fit the taste axis to `counts`: customer_id, stock_code, order_count, one row a pair.

    As `fit_taste_matrix`. The order of the rows does not matter.
    """
    customer_ids, stock_codes = (
        np.unique(counts[key].to_numpy(dtype=object)) for key in ("customer_id", "stock_code")
    )
    return fit_taste_matrix(
        item_matrix(counts, customer_ids, stock_codes),
        stock_codes,
        cluster_count=cluster_count,
        component_count=component_count,
        item_min_customers=item_min_customers,
        step_count=step_count,
        seed=seed,
    )


def fit_taste_matrix(
    matrix: sparse.csr_array,
    stock_codes: Keys,
    *,
    cluster_count: int,
    component_count: int,
    item_min_customers: int,
    step_count: int,
    seed: int,
) -> TasteModel:
    """Fit the taste axis to orders per customer and item, (customers, items).

    Items that fewer than `item_min_customers` customers bought are left out, and customers with
    no other items with them.

    Exact SVD (ARPACK), each component signed so that its largest loading is positive; clusters in
    the order of their size, largest first.

    Raises ValueError when there are too few items or customers for the components and clusters.
    """
    support = np.bincount(matrix.indices, minlength=matrix.shape[1])
    is_kept = support >= item_min_customers
    kept = _without_empty_rows(matrix[:, np.flatnonzero(is_kept)])
    kept.sort_indices()
    customer_count, item_count = kept.shape
    if min(customer_count, item_count) <= component_count:
        raise too_few_for_taste(
            component_count, item_min_customers, item_count, customer_count, matrix.shape[0]
        )
    idf = np.log((1 + customer_count) / (1 + support[is_kept])) + 1
    use_one_thread()
    svd = TruncatedSVD(component_count, algorithm="arpack", random_state=seed)
    weighted = _weighted(kept, idf)
    svd.fit(weighted)
    loadings = signed(svd.components_.T)
    latent = normalize(weighted @ loadings)
    centroids = fit_centroids(latent, cluster_count, step_count)
    sizes = np.bincount(nearest(distances(latent, centroids)) - 1, minlength=cluster_count)
    # Equal sizes are told apart by their place on the components.
    order = np.lexsort((*centroids.T[::-1], -sizes))
    return TasteModel(stock_codes[is_kept], idf, loadings, centroids[order])


def too_few_for_taste(
    component_count: int,
    item_min_customers: int,
    item_count: int,
    buyer_count: int,
    customer_count: int,
) -> ValueError:
    """Return the error of no more items kept, or buyers of such items, than components."""
    return ValueError(
        f"Too few customers or items for the taste axis: taste_component_count is "
        f"{component_count}, which needs more than {_counted(component_count, 'item')} that at "
        f"least {_counted(item_min_customers, 'customer')} bought, by more than "
        f"{_counted(component_count, 'customer')}. Found {_counted(item_count, 'item')} that at "
        f"least {_counted(item_min_customers, 'customer')} bought, by {buyer_count} of "
        f"{_counted(customer_count, 'customer')}. Lower the variable item_min_customers or "
        "taste_component_count, or use more invoice lines."
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def signed(loadings: Matrix) -> Matrix:
    """Return the components, one a column, each with its largest loading above 0."""
    largest = np.abs(loadings).argmax(axis=0)
    found: Matrix = loadings * np.sign(loadings[largest, np.arange(loadings.shape[1])])
    return found


def item_matrix(counts: pd.DataFrame, customer_ids: Keys, stock_codes: Keys) -> sparse.csr_array:
    """Return orders per customer and item, (customers, items); other pairs are left out."""
    rows = pd.Index(customer_ids).get_indexer(pd.Index(counts["customer_id"]))
    columns = pd.Index(stock_codes).get_indexer(pd.Index(counts["stock_code"]))
    known = (rows >= 0) & (columns >= 0)
    orders = counts["order_count"].to_numpy(dtype=np.float64)[known]
    shape = (len(customer_ids), len(stock_codes))
    matrix = sparse.csr_array((orders, (rows[known], columns[known])), shape=shape)
    matrix.sort_indices()  # one order of the sums, whatever the order of the rows
    return matrix


def _without_empty_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """Return the rows that hold anything, which are where they were: nothing is copied."""
    ends = matrix.indptr[1:][np.diff(matrix.indptr) > 0]
    return sparse.csr_array(
        (matrix.data, matrix.indices, np.append(matrix.indptr[:1], ends)),
        shape=(len(ends), matrix.shape[1]),
    )


def _weighted(matrix: sparse.csr_array, idf: Matrix) -> sparse.csr_array:
    """Return the weights of items, rows of length 1; what is where is shared with `matrix`."""
    weights = np.log1p(matrix.data, dtype=np.float64)
    weights *= idf[matrix.indices]
    shared = (weights, matrix.indices, matrix.indptr)
    return normalize(sparse.csr_array(shared, shape=matrix.shape), copy=False)


def _latent(matrix: sparse.csr_array, idf: Matrix, loadings: Matrix) -> Matrix:
    """Return the place of each customer on the components, (customers, components), length 1."""
    latent: Matrix = normalize(_weighted(matrix, idf) @ loadings)
    return latent
