"""The polars way: one lazy query a step, the project's fits.

python -m benchmarks.peers.polars_scikit lines.parquet folder
"""

import sys
from pathlib import Path

import polars as pl

from benchmarks.peers.fits import BEHAVIOUR_FEATURES, SERVICES, fit

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
        .sort(*KEY, "invoiced_at", "is_return", "invoice", "price", "quantity", "line")
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


def order_totals(sales: pl.DataFrame) -> pl.DataFrame:
    """Return totals of each order."""
    is_kept = pl.col("units") > 0
    return (
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


def customer_features(orders: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return about 25 features, one row per customer who kept something."""
    returned = orders.group_by("customer").agg(
        return_share=pl.col("returned").sum() / pl.col("sold").sum()
    )
    carts = orders.filter(pl.col("units") > 0)
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
    cart, sales = pl.col("net_sales"), pl.col("net_sales_gbp")
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
            net_sales_gbp=cart.sum(),
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
            average_cart=sales / pl.col("order_count"),
            average_unit_price=sales / pl.col("unit_count"),
            average_line=sales / pl.col("line_count"),
            repeat_share=pl.col("repeats") / pl.col("item_count"),
            late_share=pl.col("late") / sales,
            wholesale_share=pl.col("wholesale") / pl.col("line_count"),
        )
        # In the order of the ids as text, which is that of the project's matrix.
        .sort(pl.col("customer").cast(pl.String))
        .collect()
    )


def labelled(features: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return features with the labels of both axes, and the model."""
    stock_codes = items["item"].unique().sort()
    cells = (
        items.lazy()
        .select(*KEY, "order_count")
        .join(features.lazy().select("customer").with_row_index("row"), on="customer")
        .join(pl.LazyFrame({"item": stock_codes}).with_row_index("column"), on="item")
        .select("row", "column", "order_count")
        .sort("row", "column")
        .collect()
    )
    labels, model = fit(
        features.select(pl.col("customer").alias("customer_id"), *BEHAVIOUR_FEATURES).to_pandas(),
        cells["row"].to_numpy(),
        cells["column"].to_numpy(),
        cells["order_count"].to_numpy(),
        stock_codes.to_numpy(),
    )
    found = pl.from_pandas(labels.drop(columns="customer_id"))
    return pl.concat([features, found], how="horizontal"), pl.from_pandas(model)


def main(path: str, folder: str) -> None:
    """Write lines, orders, items of customers, features with labels, model and summary."""
    lines = clean(path)
    sales = match_returns(lines)
    orders = order_totals(sales)
    items = (
        sales.lazy()
        .filter(pl.col("units") > 0)
        .group_by(*KEY, "invoice")
        .agg(pl.col("net_sales").sum())
        .group_by(KEY)
        .agg(order_count=pl.len(), net_sales=pl.col("net_sales").sum())
        .collect()
    )
    features, model = labelled(customer_features(orders, items), items)
    summary = features.group_by("behaviour_cluster_id", "taste_cluster_id").agg(
        customers=pl.len(),
        net_sales=pl.col("net_sales_gbp").sum(),
        orders=pl.col("order_count").sum(),
        median_recency=pl.col("recency_days").median(),
        median_orders=pl.col("order_count").median(),
        confidence=pl.col("confidence").mean(),
    )
    tables = {
        "invoice_lines_classified": lines,
        "sale_lines": sales,
        "orders": orders,
        "customer_items": items,
        "customer_features": features,
        "model_parameters": model,
        "segment_summary": summary,
        "ledger": lines["disposition"].value_counts(),
    }
    for name, table in tables.items():
        table.write_parquet(Path(folder) / f"{name}.parquet")


if __name__ == "__main__":
    main(*sys.argv[1:])
