"""The polars way: codes for text, one query a step, the project's fits.

    python -m benchmarks.peers.polars_scikit lines.parquet folder [texts]

Lines, orders and items have numbers for texts, and files say which is which; or the `texts`.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from polars import col, lit, when
from polars import selectors as cs

from benchmarks.peers import polars_ledger as ledger
from benchmarks.peers.fits import BEHAVIOUR_FEATURES, VARIABLES, fit
from benchmarks.peers.polars_ledger import MONEY, PAIR, PARTS

# Texts that lines have a number of: the file that says which is which, and the number.
NUMBERED = {
    "invoice_id": ("invoices", "invoice_key"),
    "customer_id": ("customers", "customer_key"),
    "stock_code": ("stock_codes", "item_key"),
    "item_description": ("descriptions", "description_key"),
}
KEYS = {text: key for text, (_, key) in NUMBERED.items()}
# Polars multiplies by 1 / PARTS; rounded, it is what the division comes to.
POUNDS = ((cs.matches(MONEY) & cs.integer()) / PARTS).round(4)


def count_items(sales: pl.DataFrame) -> pl.DataFrame:
    """Mark one of the kept lines of each item of an order: what counts items counts these."""
    has_net_units = col.net_unit_count > 0
    repeated = sales.lazy().filter("is_item_repeated", has_net_units)
    first = repeated.unique(["invoice_id", *PAIR], keep="any").select("line_id").collect()
    is_only = ~col.is_item_repeated | col.line_id.is_in(first.to_series().implode())
    return sales.with_columns(is_item=has_net_units & is_only)


def total_orders(sales: pl.DataFrame) -> pl.DataFrame:
    """Return totals of each order."""
    units, day = col.net_unit_count, col.invoiced_at
    return sales.group_by("customer_id", "invoice_id").agg(
        cs.by_name("sold_unit_count", "returned_unit_count", "net_unit_count").cast(pl.Int64).sum(),
        cs.by_name("sold_value", "returned_value", "net_sales").sum(),
        line_count=(units > 0).sum(),
        item_count=col.is_item.sum(),
        wholesale_line_count=(units >= VARIABLES["wholesale_line_units"]).sum(),
        has_net_units=(units > 0).any(),
        ordered_at=day.min(),
        last_line_at=day.max(),
        order_date=day.min().dt.date(),
    )


def total_items(sales: pl.DataFrame) -> pl.DataFrame:
    """Return totals of each item that a customer kept."""
    items = sales.lazy().filter(col.net_unit_count > 0).group_by(PAIR)
    return items.agg(
        order_count=col.is_item.sum(),
        line_count=pl.len(),
        net_unit_count=col.net_unit_count.cast(pl.Int64).sum(),
        net_sales=col.net_sales.sum(),
        first_bought_date=col.invoiced_at.min().dt.date(),
        last_bought_date=col.invoiced_at.max().dt.date(),
    ).collect()


def measure_customers(orders: pl.DataFrame, items: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return about 25 features of customers who kept something, in the order of their ids."""
    cart, day, lines = col.net_sales, col.order_date, col.line_count
    kept = orders.filter("has_net_units")
    carts = kept.group_by("customer_id").agg(
        cs.by_name("line_count", "net_unit_count", "wholesale_line_count", "net_sales").sum(),
        order_count=pl.len(),
        min_order_value=cart.min(),
        max_order_value=cart.max(),
        median_order_value=cart.median() / PARTS,
        items_per_order=col.item_count.mean(),
        late_sales=cart.filter(day.dt.month() >= 11).sum(),
        active_month_count=day.dt.truncate("1mo").n_unique(),
        first_order_date=day.min(),
        last_order_date=day.max(),
    )
    spread = items.group_by("customer_id").agg(
        item_count=pl.len(),
        repeat_item_share=(col.order_count > 1).mean(),
        # The entropy of the shares p / sum, without a pass to know the sum first.
        item_entropy_bits=cart.sum().log(2) - (cart * cart.log(2)).sum() / cart.sum(),
    )
    share = col.returned_unit_count.sum() / col.sold_unit_count.sum()
    returned = orders.group_by("customer_id").agg(return_share=share)
    days = kept.select("customer_id", "order_date").unique().sort("customer_id", "order_date")
    is_same = col.customer_id == col.customer_id.shift()
    gaps = days.with_columns(gap=when(is_same).then(day.diff().dt.total_days()))
    medians = gaps.group_by("customer_id").agg(median_days_between_orders=col.gap.median())
    everyone = carts.join(spread, on="customer_id").join(returned, on="customer_id")
    everyone = everyone.join(medians, on="customer_id", how="left").with_columns(POUNDS)
    everyone = everyone.with_columns(
        recency_days=(as_of - col.last_order_date).dt.total_days(),
        tenure_days=(as_of - col.first_order_date).dt.total_days(),
        average_order_value=cart / col.order_count,
        average_unit_price=cart / col.net_unit_count,
        average_line_value=cart / lines,
        november_december_share=col.late_sales / cart,
        wholesale_line_share=col.wholesale_line_count / lines,
    )
    return everyone.drop("late_sales", "wholesale_line_count").sort("customer_id")


def label(features: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the labels of both axes, and the model."""
    codes = items["stock_code"]
    labels, model = fit(
        features.select(col.customer_id.cast(pl.String), *BEHAVIOUR_FEATURES).to_pandas(),
        items["customer_id"].to_physical().to_numpy(),
        codes.to_physical().to_numpy(),
        items["order_count"].to_numpy(),
        codes.unique().sort().cast(pl.String).to_numpy(),
    )
    ids = col.customer_id.cast(features["customer_id"].dtype)
    return pl.from_pandas(labels).with_columns(ids), pl.from_pandas(model)


def sum_segments(
    labels: pl.DataFrame, features: pl.DataFrame, orders: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Return totals of each segment, and of all."""
    days, net = (as_of - col.order_date).dt.total_days(), col.net_sales
    totals = orders.group_by("customer_id").agg(
        cs.by_name("sold_unit_count", "returned_unit_count", "net_sales").sum(),
        net_sales_last_90d=net.filter(days <= 90).sum(),
        net_sales_previous_90d=net.filter(days > 90, days <= 180).sum(),
    )
    measured = features.select("customer_id", "recency_days", "order_count", "item_count")
    rows = labels.join(measured, on="customer_id").join(totals, on="customer_id")
    everyone = rows.with_columns(segment_id=lit("all"))
    segments = (
        pl.concat([rows, everyone])
        .group_by("segment_id")
        .agg(
            ((cs.starts_with("net_sales").sum() + 50) // 100 * 100),  # in whole pence
            col.order_count.sum(),
            col("recency_days", "order_count", "item_count").median().name.prefix("median_"),
            median_net_sales=net.median() / PARTS,
            customer_count=pl.len(),
            return_share=col.returned_unit_count.sum() / col.sold_unit_count.sum(),
            mean_confidence=col.confidence.mean(),
        )
    )
    has_both_windows = orders.select(days.max() >= 180).item()
    return segments.with_columns(when(lit(has_both_windows)).then(col.net_sales_previous_90d))


def write(folder: Path, form: str, **tables: pl.DataFrame) -> None:
    """Write tables as Parquet files, in pounds, with texts or their numbers."""
    for name, table in tables.items():
        # Types of many values would be written into every part of a file.
        texts = [text for text in KEYS if text in table.columns]
        columns = [col(text).cast(pl.String) for text in texts]
        if form == "keys":
            columns = [(col(text).to_physical() + 1).alias(KEYS[text]) for text in texts]
        rows = table.lazy().select(*columns, pl.exclude(texts)).with_columns(POUNDS)
        rows.sink_parquet(folder / f"{name}.parquet", compression="lz4")


def main(path: str, folder_name: str, form: str = "keys") -> None:
    """Write the tables of the script, one file each."""
    small = Path(folder_name)
    folder = small if form == "keys" else small / "texts"
    folder.mkdir(exist_ok=True)
    raw = ledger.read_lines(path)
    for text, (name, key) in NUMBERED.items() if form == "keys" else ():
        values = raw[text].dtype.categories.alias(text).to_frame()
        write(folder, "texts", **{name: values.with_row_index(key, offset=1)})
    lines = ledger.classify(raw)
    del raw
    events = ledger.match_cancellations(lines)
    write(folder, form, lines=lines)
    sales = ledger.sell(lines, events)
    write(small, "texts", ledger_totals=ledger.total_ledger(lines, events, sales))
    readable = lines.lazy().filter(col.disposition != "malformed")
    as_of = readable.select(col.invoiced_at.max().dt.date()).collect().item() + timedelta(days=1)
    del lines, events
    write(folder, form, sale_lines=sales)
    sales = count_items(sales)
    orders, items = total_orders(sales), total_items(sales)
    del sales
    write(folder, form, orders=orders, customer_items=items)
    features = measure_customers(orders, items, as_of)
    labels, model = label(features, items)
    summary = sum_segments(labels, features, orders, as_of)
    write(small, "texts", customer_features=features, customer_segments=labels)
    write(small, "texts", model_parameters=model, segment_summary=summary)


if __name__ == "__main__":
    main(*sys.argv[1:])
