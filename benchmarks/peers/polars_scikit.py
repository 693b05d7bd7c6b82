"""The polars way: codes for text, one lazy query a step, the project's fits.

python -m benchmarks.peers.polars_scikit lines.parquet folder
"""

import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
from polars import selectors as cs

from benchmarks.peers.fits import BEHAVIOUR_FEATURES, fit
from benchmarks.peers.polars_customers import (
    count_items,
    describe_customers,
    locate,
    measure_customers,
    name_items,
    pounds,
    total_items,
    total_orders,
)
from benchmarks.peers.polars_ledger import classify, match_cancellations, read_lines, sell
from benchmarks.peers.polars_reasons import (
    BehaviourAxis,
    explain_behaviour,
    explain_taste,
    find_changes,
    place_families,
)
from benchmarks.peers.polars_segments import (
    describe_segments,
    find_families,
    name_segments,
    sum_segments,
)


def label(features: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the labels of both axes, and the model."""
    bought = items["stock_code"].unique().sort().cast(pl.String)
    labels, model = fit(
        features.select(pl.col("customer_id").cast(pl.String), *BEHAVIOUR_FEATURES).to_pandas(),
        # Items are in the order of customers and codes, and all customers have some.
        items["customer_id"].rle_id().to_numpy(),
        items["stock_code"].cast(pl.Enum(bought)).to_physical().to_numpy(),
        items["order_count"].to_numpy(),
        bought.to_numpy(),
    )
    ids = pl.col("customer_id").cast(features["customer_id"].dtype)
    numbers = pl.col("cluster_id", "component").cast(pl.Int64)
    return pl.from_pandas(labels).with_columns(ids), pl.from_pandas(model).with_columns(numbers)


def write(folder: str, **tables: pl.DataFrame) -> None:
    """Write tables as Parquet files, in pounds."""
    # Types of many values would be written into every part of a file.
    many = cs.by_name("customer_id", "invoice_id", require_all=False)
    for name, table in tables.items():
        table.lazy().with_columns(pounds(), many.cast(pl.String)).sink_parquet(
            Path(folder) / f"{name}.parquet", compression="lz4"
        )


def main(path: str, folder: str) -> None:
    """Write the tables of the script, one file each."""
    raw = read_lines(path)
    as_of = raw["invoiced_at"].max().date() + timedelta(days=1)
    write(folder, invoice_lines=raw)
    lines = classify(raw)
    located = locate(lines, raw)
    del raw
    matched = match_cancellations(lines)
    write(folder, invoice_lines_classified=lines, cancellations_matched=matched)
    sales = sell(lines, matched)
    del lines
    write(folder, sale_lines=sales)
    sales = count_items(sales)
    orders, items, named = total_orders(sales), total_items(sales), name_items(sales)
    del sales
    customers = describe_customers(located, orders)
    features = measure_customers(orders, items, located, as_of)
    labels, model = label(features, items)
    families = find_families(named)
    segments = name_segments(model, families)
    axis = BehaviourAxis(model)
    placed = axis.place(features, labels)
    bought = place_families(items, families, model)
    reasons = pl.concat([explain_behaviour(placed), explain_taste(bought, model, labels)])
    changes = find_changes(placed, axis)
    described = describe_segments(labels, features, segments, reasons, changes)
    write(
        folder,
        orders=orders,
        customer_item_counts=items,
        items_named=named,
        customers_located=located,
        customers=customers,
        customer_features=features,
        customer_clusters=labels,
        model_parameters=model,
        dim_segments=segments,
        customer_reasons=reasons,
        customer_segments=described,
        segment_summary=sum_segments(described, features, orders, as_of),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
