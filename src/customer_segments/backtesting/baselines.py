"""Labels to compare segments with: what a shop would use without them, and chance."""

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

from customer_segments.fitting.clustering import Labels, Matrix
from customer_segments.parallel import use_one_thread

EXERCISE_FEATURES = [
    "total_transactions",
    "total_products",
    "total_unique_products",
    "total_sales",
    "avg_product_value",
    "min_cart_value",
    "max_cart_value",
    "avg_cart_value",
]


def exercise_labels(features: pd.DataFrame) -> Labels:
    """Return the labels of the exercise: its eight features, z-scores, KMeans with k = 3."""
    use_one_thread()
    rows = StandardScaler().fit_transform(features[EXERCISE_FEATURES].to_numpy(dtype=np.float64))
    cluster_count = min(3, len(np.unique(rows, axis=0)))
    # Ten starts were scikit-learn's default when the exercise was written.
    model = KMeans(cluster_count, n_init=10, random_state=123)
    return np.asarray(model.fit_predict(rows) + 1, dtype=np.int64)


def tercile_labels(net_sales: Matrix) -> Labels:
    """Return 1, 2 or 3 for customers of small, medium and large net sales, thirds of them."""
    return np.asarray(np.digitize(net_sales, np.quantile(net_sales, [1 / 3, 2 / 3])) + 1)


def random_labels(labels: Labels, *, seed: int = 0) -> Labels:
    """Return labels of the same sizes, dealt out at random."""
    return np.random.default_rng(seed).permutation(labels)
