"""The polars way: one lazy query a step, scikit-learn for the fits.

python -m benchmarks.peers.polars_scikit lines.parquet folder
"""

import sys
from pathlib import Path

import polars as pl

from benchmarks.peers.clusters import SERVICES, item_matrix, segments

KEY = ["customer", "item"]


def text(name: str) -> pl.Expr:
    """Return a text column without spaces around it, null when there is nothing left."""
    trimmed = pl.col(name).str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def clean(path: str) -> pl.DataFrame:
    """Return each line once, with a disposition."""
    is_cancellation = pl.col("invoice").str.contains(r"^C\d*$") | (
        (pl.col("quantity") < 0) & (pl.col("price") > 0)
    )
    no_customer = pl.col("customer").is_null()
    no_price = pl.col("price") == 0
    return (
        pl.scan_parquet(path)
        .select(
            invoice=text("InvoiceNo").str.to_uppercase(),
            item=text("StockCode").str.to_uppercase(),
            description=text("Description"),
            quantity=pl.col("Quantity"),
            invoiced_at=pl.col("InvoiceDate"),
            price=pl.col("UnitPrice"),
            customer=pl.col("CustomerID").cast(pl.Int64),
            country=text("Country"),
        )
        .unique()
        .with_columns(
            disposition=pl.when(
                pl.col("item").str.contains(SERVICES)
                | pl.col("invoice").str.contains(r"^A\d*$")
                | (pl.col("price") < 0)
            )
            .then(pl.lit("non_merchandise"))
            .when(~is_cancellation & ((pl.col("quantity") <= 0) | (no_price & no_customer)))
            .then(pl.lit("stock_note"))
            .when(no_customer)
            .then(pl.lit("unidentified"))
            .when(is_cancellation)
            .then(pl.lit("cancellation"))
            .when(no_price)
            .then(pl.lit("free_good"))
            .otherwise(pl.lit("sale"))
        )
        .with_row_index("line")
        .collect(engine="streaming")
    )


def match_returns(lines: pl.DataFrame) -> pl.DataFrame:
    """Return sales with the units that came back, first in, first out."""
    is_return = pl.col("disposition") == "cancellation"
    cancelled = lines.lazy().filter(is_return).select(KEY).unique()
    returns = (
        lines.lazy()
        .filter(pl.col("disposition").is_in(["sale", "cancellation"]))
        .join(cancelled, on=KEY, how="semi")
        .with_columns(
            is_return=is_return,
            sold=pl.when(is_return).then(0).otherwise("quantity"),
            asked=pl.when(is_return).then(pl.col("quantity").abs()).otherwise(0),
        )
        .sort(*KEY, "invoiced_at", "is_return", "invoice", "line")
        .with_columns(
            sold_so_far=pl.col("sold").cum_sum().over(KEY),
            asked_so_far=pl.col("asked").cum_sum().over(KEY),
        )
        .with_columns(
            found=pl.col("asked").sum().over(KEY)
            + pl.min_horizontal(
                pl.lit(0), (pl.col("sold_so_far") - pl.col("asked_so_far")).min().over(KEY)
            )
        )
        .filter(~pl.col("is_return"))
        # The first units come back first, so a sale loses what reaches into its own.
        .select(
            "line",
            returned=(pl.col("found") - pl.col("sold_so_far") + pl.col("sold")).clip(
                0, pl.col("sold")
            ),
        )
    )
    return (
        lines.lazy()
        .filter(pl.col("disposition") == "sale")
        .join(returns, on="line", how="left")
        .with_columns(pl.col("returned").fill_null(0))
        .with_columns(units=pl.col("quantity") - pl.col("returned"))
        .with_columns(net_sales=pl.col("units") * pl.col("price"))
        .collect()
    )


def customer_features(sales: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return about 25 features, one row per customer who kept something."""
    is_kept = pl.col("units") > 0
    carts = (
        sales.lazy()
        .group_by("customer", "invoice")
        .agg(
            day=pl.col("invoiced_at").min().dt.date(),
            sold=pl.col("quantity").sum(),
            returned=pl.col("returned").sum(),
            net_sales=pl.col("net_sales").sum(),
            units=pl.col("units").sum(),
            lines=is_kept.sum(),
            items=pl.col("item").filter(is_kept).n_unique(),
            wholesale=(pl.col("units") >= 24).sum(),
        )
        .collect()
    )
    returned = carts.group_by("customer").agg(
        return_share=pl.col("returned").sum() / pl.col("sold").sum()
    )
    carts = carts.filter(pl.col("units") > 0)
    as_of = carts["day"].dt.offset_by("1d").max()
    gaps = (
        carts.lazy()
        .select("customer", "day")
        .unique()
        .sort("customer", "day")
        .with_columns(gap=pl.col("day").diff().dt.total_days().over("customer"))
        .group_by("customer")
        .agg(median_gap=pl.col("gap").median())
        .collect()
    )
    totals = (
        items.lazy()
        .with_columns(share=pl.col("net_sales") / pl.col("net_sales").sum().over("customer"))
        .group_by("customer")
        .agg(
            item_count=pl.len(),
            repeats=(pl.col("order_count") > 1).sum(),
            bits=-(pl.col("share") * pl.col("share").log(2)).sum(),
        )
        .collect()
    )
    cart = pl.col("net_sales")
    return (
        carts.lazy()
        .group_by("customer")
        .agg(
            first_order=pl.col("day").min(),
            last_order=pl.col("day").max(),
            order_count=pl.len(),
            line_count=pl.col("lines").sum(),
            unit_count=pl.col("units").sum(),
            wholesale=pl.col("wholesale").sum(),
            net_sales=cart.sum(),
            min_cart=cart.min(),
            max_cart=cart.max(),
            median_cart=cart.median(),
            items_per_cart=pl.col("items").mean(),
            late=cart.filter(pl.col("day").dt.month() >= 11).sum(),
            active_months=pl.col("day").dt.truncate("1mo").n_unique(),
        )
        .join(totals.lazy(), on="customer")
        .join(returned.lazy(), on="customer")
        .join(gaps.lazy(), on="customer", how="left")
        .with_columns(
            recency_days=(pl.lit(as_of) - pl.col("last_order")).dt.total_days(),
            tenure_days=(pl.lit(as_of) - pl.col("first_order")).dt.total_days(),
            average_cart=cart / pl.col("order_count"),
            average_unit_price=cart / pl.col("unit_count"),
            average_line=cart / pl.col("line_count"),
            repeat_share=pl.col("repeats") / pl.col("item_count"),
            late_share=pl.col("late") / cart,
            wholesale_share=pl.col("wholesale") / pl.col("line_count"),
        )
        .sort("customer")
        .collect()
    )


def main(path: str, folder: str) -> None:
    """Write lines, features, items of customers, segments and their summary as Parquet."""
    lines = clean(path)
    sales = match_returns(lines)
    items = (
        sales.lazy()
        .filter(pl.col("units") > 0)
        .group_by(*KEY, "invoice")
        .agg(pl.col("net_sales").sum())
        .group_by(KEY)
        .agg(order_count=pl.len(), net_sales=pl.col("net_sales").sum())
        .with_columns(column=pl.col("item").rank("dense") - 1)
        .sort("customer", "column")
        .collect()
    )
    features = customer_features(sales, items)
    matrix = item_matrix(
        items["customer"].rle_id().to_numpy(),
        items["column"].to_numpy(),
        items["order_count"].cast(pl.Float64).to_numpy(),
    )
    measures = features.select("recency_days", "order_count", "net_sales").to_numpy()
    behaviour, taste = segments(measures, matrix)
    features = features.with_columns(behaviour=pl.Series(behaviour), taste=pl.Series(taste))
    summary = features.group_by("behaviour", "taste").agg(
        customers=pl.len(),
        net_sales=pl.col("net_sales").sum(),
        orders=pl.col("order_count").sum(),
        median_recency=pl.col("recency_days").median(),
        median_orders=pl.col("order_count").median(),
    )
    tables = {
        "sale_lines": sales,
        "customer_items": items.drop("column"),
        "customer_features": features,
        "segment_summary": summary,
        "ledger": lines["disposition"].value_counts(),
    }
    for name, table in tables.items():
        table.write_parquet(Path(folder) / f"{name}.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
