"""What the pandas and the polars way share: scikit-learn on arrays, with its defaults."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import StandardScaler, normalize

SEED = 20101201
BEHAVIOUR_COUNT, TASTE_COUNT = 4, 2
COMPONENT_COUNT = 4
ITEM_MIN_CUSTOMERS = 5
CLIP_SHARES = [0.01, 0.99]
# Stock codes that are no merchandise: seeds/stock_code_kinds.csv as one pattern.
SERVICES = (
    "^(POST|DOT|C2|C3|M|D|S|B|BANK CHARGES|AMAZONFEE|CRUK|PADS|ADJUST2?|GIFT|GIFT_0001_.*|TEST.*"
    "|SP1002)$"
)
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def segments(measures: FloatArray, matrix: sparse.csr_array) -> tuple[IntArray, IntArray]:
    """Return the behaviour and the taste of each customer, from 1.

    `measures` are recency, orders and net sales, one row a customer.
    """
    scaled = np.column_stack([np.sqrt(measures[:, 0]), np.log1p(measures[:, 1:])])
    clipped = scaled.clip(*np.quantile(scaled, CLIP_SHARES, axis=0))
    behaviour = _labels(StandardScaler().fit_transform(clipped), BEHAVIOUR_COUNT)
    support = np.bincount(matrix.indices, minlength=matrix.shape[1])
    known = matrix[:, np.flatnonzero(support >= ITEM_MIN_CUSTOMERS)]
    weighted = TfidfTransformer(sublinear_tf=True).fit_transform(known)
    svd = TruncatedSVD(COMPONENT_COUNT, algorithm="arpack", random_state=SEED)
    taste = _labels(normalize(svd.fit_transform(weighted.astype(np.float32))), TASTE_COUNT)
    return behaviour, taste


def item_matrix(rows: IntArray, columns: IntArray, counts: FloatArray) -> sparse.csr_array:
    """Return orders per customer and item from pairs that are ordered by customer."""
    ends = np.concatenate([[0], np.bincount(rows).cumsum()])
    return sparse.csr_array((counts, columns, ends))


def _labels(rows: FloatArray, count: int) -> IntArray:
    model = KMeans(count, random_state=SEED)
    return np.asarray(model.fit_predict(rows.astype(np.float32)) + 1, dtype=np.int64)
