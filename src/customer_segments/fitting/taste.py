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

from customer_segments.fitting.clustering import Labels, Matrix, distances, nearest
from customer_segments.fitting.customers import Keys
from customer_segments.fitting.settings import TasteSettings, too_few_for_taste
from customer_segments.parallel import use_one_thread


@dataclass(frozen=True)
class TasteSpace:
    """How orders become places: `idf` has one value an item, `loadings` is (items, components).

    Items are in the order of `stock_codes`.
    """

    stock_codes: Keys
    idf: Matrix
    loadings: Matrix

    def transform(self, orders: sparse.csr_array, stock_codes: Keys) -> Matrix:
        """Return where each customer lies, (customers, components), at length 1 from the origin.

        `orders` is (customers, items), its items those of `stock_codes`; items unknown to the model
        are passed over. A customer without any known item lies at the origin, about equally far
        from every centroid: its label says little, and the caller should say so.
        """
        weighted, is_known = self._weighted(orders, stock_codes)
        places: Matrix = normalize(weighted @ self.loadings[is_known])
        return places

    def whole(self, orders: sparse.csr_array, stock_codes: Keys) -> sparse.csr_array:
        """Return where each customer lies before the SVD, (customers, known items), of length 1."""
        return self._weighted(orders, stock_codes)[0]

    def _weighted(
        self, orders: sparse.csr_array, stock_codes: Keys
    ) -> tuple[sparse.csr_array, NDArray[np.bool_]]:
        """Return the weights of the items that the model knows, and which of its own these are."""
        # Of texts pandas would otherwise make copies, which takes longer than to look them up.
        theirs, ours = (pd.Index(codes, dtype=object) for codes in (stock_codes, self.stock_codes))
        columns = theirs.get_indexer(ours)
        is_known = columns >= 0
        known = orders[:, columns[is_known]]
        known.sort_indices()
        return _weighted(known, self.idf[is_known]), is_known


@dataclass(frozen=True)
class TasteModel(TasteSpace):
    """Fitted parameters of the axis; `centroids` is (clusters, components)."""

    centroids: Matrix

    @classmethod
    def of(cls, space: TasteSpace, centroids: Matrix, places: Matrix) -> "TasteModel":
        """Return the model with clusters in the order of their size over `places`, largest first.

        Equal sizes are told apart by their place on the components.
        """
        sizes = np.bincount(nearest(distances(places, centroids)) - 1, minlength=len(centroids))
        return cls(**vars(space), centroids=centroids[order_by_size(centroids, sizes)])

    def distances(self, orders: sparse.csr_array, stock_codes: Keys) -> Matrix:
        """Return distances of customers to centroids, (customers, clusters), from 0 to 2."""
        return distances(self.transform(orders, stock_codes), self.centroids)

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


def fit_taste_space(
    orders: sparse.csr_array, stock_codes: Keys, settings: TasteSettings
) -> tuple[TasteSpace, Matrix]:
    """Fit IDF and SVD to orders, (customers, items); return them and where the customers lie.

    Items that fewer than `min_customers` customers bought are left out, and customers with
    no other items with them. Places are (those customers, components), of length 1.

    Exact SVD (ARPACK), each component signed so that its largest loading is positive.

    Raises ValueError when there are too few items or customers for the components, and more than
    one taste is asked for.
    """
    support = np.bincount(orders.indices, minlength=orders.shape[1])
    is_kept = support >= settings.min_customers
    kept = _without_empty_rows(orders[:, np.flatnonzero(is_kept)])
    kept.sort_indices()
    customer_count, item_count = kept.shape
    component_count = min(settings.component_count, customer_count - 1, item_count - 1)
    if item_count == 0 or (
        component_count < settings.component_count and settings.cluster_count != 1
    ):
        raise too_few_for_taste(settings, item_count, customer_count, orders.shape[0])
    idf = np.log((1 + customer_count) / (1 + support[is_kept])) + 1
    use_one_thread()
    weighted = _weighted(kept, idf)
    # Where there is one taste, a few items will do: further components are 0.
    loadings = np.zeros((item_count, settings.component_count))
    if component_count > 0:
        svd = TruncatedSVD(component_count, algorithm="arpack", random_state=settings.seed)
        # Of baskets all alike scikit-learn divides no variance by none, for a share not used.
        with np.errstate(divide="ignore", invalid="ignore"):
            svd.fit(weighted)
        loadings[:, :component_count] = signed(svd.components_.T)
    else:
        loadings[:, 0] = 1
    return TasteSpace(stock_codes[is_kept], idf, loadings), normalize(weighted @ loadings)


def signed(loadings: Matrix) -> Matrix:
    """Return the components, one a column, each with its largest loading above 0."""
    largest = np.abs(loadings).argmax(axis=0)
    found: Matrix = loadings * np.sign(loadings[largest, np.arange(loadings.shape[1])])
    return found


def order_by_size(centroids: Matrix, sizes: Matrix | Labels) -> Labels:
    """Return the order of clusters, largest first; of equals, by their place on the components."""
    return np.lexsort((*centroids.T[::-1], -sizes))


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
