"""A careful pandas way: codes for text, one pass a step, the project's fits.

python -m benchmarks.peers.pandas_scipy lines.parquet folder
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.peers.fits import BEHAVIOUR_FEATURES, fit

TEXTS = ["InvoiceNo", "StockCode", "Description", "Country"]
KEY = ["customer", "item"]
# Stock codes that are no merchandise: seeds/stock_code_kinds.csv as one pattern.
SERVICES = (
    "^(POST|DOT|C2|C3|M|D|S|B|BANK CHARGES|AMAZONFEE|CRUK|PADS|ADJUST2?|GIFT|GIFT_0001_.*|TEST.*"
    "|SP1002)$"
)
# In the order of the cases below, the first of which decides.
DISPOSITIONS = [
    "non_merchandise",
    "stock_note",
    "unidentified",
    "cancellation",
    "free_good",
    "sale",
]


def clean(path: str) -> pd.DataFrame:
    """Return each line once, with codes for customer, item and invoice and a disposition."""
    lines = pd.read_parquet(path)
    for name in TEXTS:  # few values, many lines: work on the values
        lines[name] = lines[name].astype("category")
        values = lines[name].cat.categories.str.strip()
        if name != "Country":
            values = values.str.upper() if name != "Description" else values
        codes, _ = pd.factorize(values)
        lines[name] = pd.Categorical.from_codes(
            np.append(codes, -1)[lines[name].cat.codes], values.unique()
        )
    lines = lines.drop_duplicates(ignore_index=True)
    service = lines["StockCode"].cat.categories.str.match(SERVICES)
    invoice = lines["InvoiceNo"].cat.categories
    is_service = service[lines["StockCode"].cat.codes] | (
        invoice.str.fullmatch(r"A\d*")[lines["InvoiceNo"].cat.codes] | (lines["UnitPrice"] < 0)
    )
    is_cancellation = invoice.str.fullmatch(r"C\d*")[lines["InvoiceNo"].cat.codes] | (
        (lines["Quantity"] < 0) & (lines["UnitPrice"] > 0)
    )
    is_note = ~is_cancellation & (
        (lines["Quantity"] <= 0) | ((lines["UnitPrice"] == 0) & lines["CustomerID"].isna())
    )
    lines["disposition"] = pd.Categorical.from_codes(
        np.select(
            [
                is_service,
                is_note,
                lines["CustomerID"].isna(),
                is_cancellation,
                lines["UnitPrice"] == 0,
            ],
            range(5),
            5,
        ).astype(np.int64),
        pd.Index(DISPOSITIONS),
    )
    lines["item"] = lines["StockCode"].cat.codes
    lines["invoice"] = lines["InvoiceNo"].cat.codes
    return lines.rename(columns={"CustomerID": "customer"})


def match_returns(lines: pd.DataFrame) -> pd.DataFrame:
    """Return sales with the units that came back, first in, first out."""
    is_cancelled = lines["disposition"] == "cancellation"
    sales = lines[lines["disposition"] == "sale"].copy()
    cancelled = lines[is_cancelled]
    sales["returned"] = 0
    events = pd.concat([sales, cancelled])
    wanted = pd.MultiIndex.from_frame(cancelled[KEY].drop_duplicates())
    events = events[pd.MultiIndex.from_frame(events[KEY]).isin(wanted)]
    is_return = (events["disposition"] == "cancellation").to_numpy()
    events = events.assign(is_return=is_return).sort_values(
        [*KEY, "InvoiceDate", "is_return", "invoice", "UnitPrice", "Quantity"]
    )
    events["sold"] = events["Quantity"].where(~events["is_return"], 0)
    events["asked"] = events["Quantity"].abs().where(events["is_return"], 0)
    groups = events.groupby(KEY, sort=False)
    events["sold_so_far"] = groups["sold"].cumsum()
    events["gap"] = events["sold_so_far"] - groups["asked"].cumsum()
    groups = events.groupby(KEY, sort=False)
    found = groups["asked"].transform("sum") + np.minimum(groups["gap"].transform("min"), 0)
    # The first units come back first, so a sale loses what reaches into its own.
    returned = (found - events["sold_so_far"] + events["sold"]).clip(0, events["sold"])
    sales.loc[events.index[~events["is_return"]], "returned"] = returned[~events["is_return"]]
    sales["units"] = sales["Quantity"] - sales["returned"]
    sales["net_sales"] = sales["units"] * sales["UnitPrice"]
    return sales


def order_totals(sales: pd.DataFrame) -> pd.DataFrame:
    """Return totals of each order."""
    kept = sales[sales["units"] > 0]
    orders = sales.groupby(["customer", "invoice"], sort=False).agg(
        ordered_at=("InvoiceDate", "min"),
        sold=("Quantity", "sum"),
        returned=("returned", "sum"),
        net_sales=("net_sales", "sum"),
    )
    kept_orders = kept.groupby(["customer", "invoice"], sort=False).agg(
        lines=("item", "size"), units=("units", "sum")
    )
    kept_orders["items"] = (
        kept[["customer", "invoice", "item"]].drop_duplicates().groupby(["customer", "invoice"])
    ).size()
    kept_orders["wholesale"] = kept[kept["units"] >= 24].groupby(["customer", "invoice"]).size()
    orders = orders.join(kept_orders).reset_index()
    orders["day"] = orders["ordered_at"].dt.normalize()
    return orders


def customer_features(orders: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Return about 25 features, one row per customer who kept something."""
    returned = orders.groupby("customer")[["sold", "returned"]].sum()
    carts = orders[orders["units"] > 0].copy()
    as_of = carts["day"].max() + pd.Timedelta(days=1)
    carts["month"] = carts["day"].dt.year * 12 + carts["day"].dt.month
    carts["late"] = carts["net_sales"].where(carts["day"].dt.month >= 11, 0)
    by_customer = carts.groupby("customer")
    features = by_customer.agg(
        first_order=("day", "min"),
        last_order=("day", "max"),
        order_count=("invoice", "size"),
        line_count=("lines", "sum"),
        net_unit_count=("units", "sum"),
        wholesale=("wholesale", "sum"),
        net_sales=("net_sales", "sum"),
        min_cart=("net_sales", "min"),
        max_cart=("net_sales", "max"),
        median_cart=("net_sales", "median"),
        items_per_order=("items", "mean"),
        late=("late", "sum"),
        active_months=("month", "nunique"),
    )
    days = carts[["customer", "day"]].drop_duplicates().sort_values(["customer", "day"])
    days["gap"] = days.groupby("customer")["day"].diff().dt.days
    features["median_gap"] = days.groupby("customer")["gap"].median()
    share = items["net_sales"] / features["net_sales"].reindex(items["customer"]).to_numpy()
    items = items.assign(bits=-share * np.log2(share), repeats=items["order_count"] > 1)
    totals = items.groupby("customer").agg(
        item_count=("item", "size"), bits=("bits", "sum"), repeats=("repeats", "sum")
    )
    features = features.join(totals)
    features["recency_days"] = (as_of - features["last_order"]).dt.days
    features["tenure_days"] = (as_of - features["first_order"]).dt.days
    features["average_cart"] = features["net_sales"] / features["order_count"]
    features["average_unit_price"] = features["net_sales"] / features["net_unit_count"]
    features["average_line"] = features["net_sales"] / features["line_count"]
    features["repeat_share"] = features["repeats"] / features["item_count"]
    features["late_share"] = features["late"] / features["net_sales"]
    features["wholesale_share"] = features["wholesale"] / features["line_count"]
    features["return_share"] = returned["returned"] / returned["sold"]
    # In the order of the ids as text, which is that of the project's matrix.
    return features.sort_index(key=lambda ids: ids.astype(np.int64).astype(str))


def labelled(
    features: pd.DataFrame, items: pd.DataFrame, stock_codes: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return features with the labels of both axes, and the model."""
    bought = np.sort(items["item"].unique())
    in_order = bought[np.argsort(stock_codes[bought].to_numpy(dtype=str), kind="stable")]
    places = np.empty(len(stock_codes), dtype=np.int32)
    places[in_order] = np.arange(len(in_order))
    labels, model = fit(
        features[BEHAVIOUR_FEATURES].rename_axis("customer_id").reset_index(),
        features.index.get_indexer(pd.Index(items["customer"])),
        places[items["item"]],
        items["order_count"].to_numpy(),
        stock_codes[in_order].to_numpy(dtype=object),
    )
    return features.join(labels.set_index("customer_id")), model


def main(path: str, folder: str) -> None:
    """Write lines, orders, items of customers, features with labels, model and summary."""
    lines = clean(path)
    sales = match_returns(lines)
    orders = order_totals(sales)
    kept = sales[sales["units"] > 0]
    pairs = kept.groupby(["customer", "item", "invoice"], sort=False)["net_sales"].sum()
    items = pairs.groupby(["customer", "item"]).agg(["size", "sum"]).reset_index()
    items = items.rename(columns={"size": "order_count", "sum": "net_sales"})
    features, model = labelled(
        customer_features(orders, items), items, lines["StockCode"].cat.categories
    )
    summary = features.groupby("segment_id").agg(
        customer_count=("net_sales", "size"),
        net_sales=("net_sales", "sum"),
        order_count=("order_count", "sum"),
        median_recency=("recency_days", "median"),
        median_orders=("order_count", "median"),
        confidence=("confidence", "mean"),
    )
    by_disposition = lines.assign(value=lines["Quantity"] * lines["UnitPrice"]).groupby(
        "disposition", observed=True
    )
    totals = by_disposition.agg(
        line_count=("value", "size"), unit_count=("Quantity", "sum"), line_value=("value", "sum")
    )
    tables = {
        "cleaned_lines": lines,
        "totals": totals.reset_index(),
        "sold_lines": sales,
        "order_totals": orders,
        "items_of_customers": items,
        "labelled_customers": features,
        "model": model,
        "segments": summary.reset_index(),
    }
    for name, table in tables.items():
        table.to_parquet(Path(folder) / f"{name}.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
