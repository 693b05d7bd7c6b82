"""The way of the exercise: eight features of the raw lines, items as dense dummies, PCA, KMeans.

    python -m benchmarks.peers.exercise lines.parquet folder

Nothing is cleaned but for lines without a customer, and returns count as sales of their own.
"""

import sys
from pathlib import Path

import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

SEED = 123
COMPONENT_COUNT = 130
CLUSTER_COUNTS = range(2, 9)
CLUSTER_COUNT = 3


def customer_features(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the eight features, one row per customer."""
    customers = lines.groupby("CustomerID")
    features = pd.DataFrame(
        {
            "total_transactions": customers["InvoiceNo"].nunique(),
            "total_products": customers["StockCode"].count(),
            "total_unique_products": customers["StockCode"].nunique(),
            "total_sales": customers["sales"].sum(),
            "avg_product_value": customers["sales"].mean(),
        }
    )
    carts = lines.groupby(["CustomerID", "InvoiceNo"])["sales"].sum().groupby("CustomerID")
    for name in ("min", "max", "mean"):
        features[f"{name}_cart_value"] = carts.agg(name)
    return features


def main(path: str, folder: str) -> None:
    """Write the labels of both feature sets."""
    lines = pd.read_parquet(path).dropna(subset=["CustomerID"])
    lines["sales"] = lines["Quantity"] * lines["UnitPrice"]
    features = customer_features(lines)

    items = pd.get_dummies(lines["StockCode"]).groupby(lines["CustomerID"]).sum()
    components = PCA(min(COMPONENT_COUNT, *items.shape), random_state=SEED).fit_transform(
        StandardScaler().fit_transform(items)
    )
    base = pd.DataFrame(StandardScaler().fit_transform(features), index=features.index)
    both = pd.concat([base, pd.DataFrame(components, index=features.index)], axis=1)

    for name, rows in {"base": base, "pca": both}.items():
        matrix = rows.to_numpy()
        elbow = {
            count: KMeans(count, n_init=10, random_state=SEED).fit(matrix).inertia_
            for count in CLUSTER_COUNTS
        }
        pd.Series(elbow).to_csv(Path(folder) / f"{name}_elbow.csv")
        model = KMeans(CLUSTER_COUNT, n_init=10, random_state=SEED)
        features[f"{name}_cluster"] = model.fit_predict(matrix)
    features.to_parquet(Path(folder) / "labels.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
