"""What customers bought, in polars: orders, items, where they are, about 25 features.

Money is whole ten-thousandths of a pound, as in polars_ledger.py, until features turn it to pounds.
"""

from datetime import date

import polars as pl
from polars import selectors as cs

from benchmarks.peers.polars_ledger import PAIR, PARTS

WHOLESALE_UNITS = 24
ORDER = ["customer_id", "invoice_id"]


def pounds() -> pl.Expr:
    """Turn ten-thousandths into pounds."""
    # Polars multiplies by 1 / PARTS; rounded, it is what the division comes to.
    return ((cs.ends_with("_gbp") & cs.integer()) / PARTS).round(4)


def count_items(sales: pl.DataFrame) -> pl.DataFrame:
    """Mark one of the kept lines of each item of an order: what counts items counts these."""
    is_kept = pl.col("unit_count") > 0
    first = (
        sales.lazy()
        .filter("is_item_repeated", is_kept)
        .unique(["customer_id", "invoice_id", "stock_code"], keep="any")
        .select("line_id")
        .collect()
        .to_series()
    )
    return sales.with_columns(
        is_item=is_kept & (~pl.col("is_item_repeated") | pl.col("line_id").is_in(first.implode()))
    )


def count_distinct(name: str) -> pl.Expr:
    """Count items or orders of marked lines; null is none where lines are repeated."""
    is_one = ~pl.col("is_item_repeated") | pl.col(name).is_not_null()
    return (pl.col("is_item") & is_one).sum().cast(pl.Int64)


def total_orders(sales: pl.DataFrame) -> pl.DataFrame:
    """Return totals of each order."""
    units = pl.col("unit_count")
    return (
        sales.lazy()
        .group_by(ORDER)
        .agg(
            line_count=(units > 0).sum().cast(pl.Int64),
            item_count=count_distinct("stock_code"),
            sold_unit_count=pl.col("sold_unit_count").cast(pl.Int64).sum(),
            returned_unit_count=pl.col("returned_unit_count").cast(pl.Int64).sum(),
            unit_count=units.cast(pl.Int64).sum(),
            sold_value=pl.col("sold_value").sum(),
            returned_value=pl.col("returned_value").sum(),
            net_sales=pl.col("net_sales").sum(),
            wholesale_line_count=(units >= WHOLESALE_UNITS).sum().cast(pl.Int64),
            is_kept=(units > 0).any(),
            ordered_at=pl.col("invoiced_at").min(),
            last_line_at=pl.col("invoiced_at").max(),
            order_date=pl.col("invoiced_at").min().dt.date(),
        )
        .collect()
    )


def total_items(sales: pl.DataFrame) -> pl.DataFrame:
    """Return totals of each item that a customer kept, in the order of both."""
    return (
        sales.lazy()
        .filter(pl.col("unit_count") > 0)
        .group_by(PAIR)
        .agg(
            order_count=count_distinct("invoice_id"),
            line_count=pl.len().cast(pl.Int64),
            unit_count=pl.col("unit_count").cast(pl.Int64).sum(),
            net_sales=pl.col("net_sales").sum(),
            first_bought_date=pl.col("invoiced_at").min().dt.date(),
            last_bought_date=pl.col("invoiced_at").max().dt.date(),
        )
        # One integer sorts in less than half the time of two.
        .sort(
            pl.col("customer_id").to_physical().cast(pl.UInt64) * 2**32
            + pl.col("stock_code").to_physical()
        )
        .collect()
    )


def name_items(sales: pl.DataFrame) -> pl.DataFrame:
    """Return the description most sold under each stock code."""
    return (
        sales.lazy()
        .filter(pl.col("item_description").is_not_null())
        .group_by("stock_code", "item_description")
        .agg(line_count=pl.len(), last_sold_at=pl.col("invoiced_at").max())
        .sort(
            "stock_code",
            "line_count",
            "last_sold_at",
            "item_description",
            descending=[False, True, True, False],
        )
        .unique("stock_code", keep="first", maintain_order=True)
        .select("stock_code", item_name=pl.col("item_description").cast(pl.String))
        .collect()
    )


def locate(lines: pl.DataFrame, raw: pl.DataFrame) -> pl.DataFrame:
    """Return the country of each customer's largest net sales, and the number of countries."""
    return (
        raw.lazy()
        .select("customer_id", "country", "line_value", "invoiced_at")
        .filter((lines["disposition"] != "duplicate") & pl.col("customer_id").is_not_null())
        .group_by("customer_id", "country")
        .agg(net_value=pl.col("line_value").sum(), last_invoiced_at=pl.col("invoiced_at").max())
        .group_by("customer_id", pl.col("country").cast(pl.String).fill_null("Unspecified"))
        .agg(pl.col("net_value").sum(), pl.col("last_invoiced_at").max())
        .sort(
            "customer_id",
            "net_value",
            "last_invoiced_at",
            "country",
            descending=[False, True, True, False],
        )
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("country").first(), country_count=pl.len().cast(pl.Int64))
        .collect()
    )


def describe_customers(located: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return everyone with a status, and the first and last order they kept."""
    kept_dates = pl.col("order_date").filter("is_kept")
    bought = orders.group_by("customer_id").agg(
        order_count=pl.col("is_kept").sum().cast(pl.Int64),
        first_order_date=kept_dates.min(),
        last_order_date=kept_dates.max(),
    )
    order_count = pl.col("order_count")
    return located.join(bought, on="customer_id", how="left").select(
        "customer_id",
        "country",
        pl.when(order_count > 0)
        .then(pl.lit("segmented"))
        .when(order_count == 0)
        .then(pl.lit("returned everything"))
        .otherwise(pl.lit("no merchandise bought"))
        .alias("customer_status"),
        "country_count",
        order_count.fill_null(0),
        "first_order_date",
        "last_order_date",
    )


def measure_customers(
    orders: pl.DataFrame, items: pl.DataFrame, located: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Return about 25 features of customers who kept something, in the order of their ids."""
    count, pound = pl.col("order_count"), pl.col("net_sales")
    lines = pl.col("line_count")
    return (
        total_carts(orders)
        .join(total_spread(items), on="customer_id")
        .join(located.lazy(), on="customer_id")
        .join(return_shares(orders), on="customer_id")
        .join(median_gaps(orders), on="customer_id", how="left")
        .with_columns(pounds())
        .sort("customer_id")
        .select(
            "customer_id",
            "country",
            (as_of - pl.col("last_order_date")).dt.total_days().alias("recency_days"),
            (as_of - pl.col("first_order_date")).dt.total_days().alias("tenure_days"),
            "active_month_count",
            "median_days_between_orders",
            "order_count",
            "line_count",
            "unit_count",
            "item_count",
            "net_sales",
            (pound / count).alias("average_order_value"),
            "min_order_value",
            "max_order_value",
            "median_order_value",
            "items_per_order",
            (pound / pl.col("unit_count")).alias("average_unit_price"),
            (pound / lines).alias("average_line_value"),
            (pl.col("repeat_item_count") / pl.col("item_count")).alias("repeat_item_share"),
            "item_entropy_bits",
            (pl.col("november_december_sales") / pound).alias("november_december_share"),
            (pl.col("wholesale_line_count") / lines).alias("wholesale_line_share"),
            "return_share",
            "first_order_date",
            "last_order_date",
        )
        .collect()
    )


def total_carts(orders: pl.DataFrame) -> pl.LazyFrame:
    """Return what follows from the orders that customers kept."""
    cart, day = pl.col("net_sales"), pl.col("order_date")
    return (
        orders.lazy()
        .filter("is_kept")
        .group_by("customer_id")
        .agg(
            cs.by_name("line_count", "unit_count", "wholesale_line_count", "net_sales").sum(),
            order_count=pl.len().cast(pl.Int64),
            min_order_value=cart.min(),
            max_order_value=cart.max(),
            median_order_value=cart.median() / PARTS,
            items_per_order=pl.col("item_count").mean(),
            november_december_sales=cart.filter(day.dt.month() >= 11).sum(),
            active_month_count=day.dt.truncate("1mo").n_unique().cast(pl.Int64),
            first_order_date=day.min(),
            last_order_date=day.max(),
        )
    )


def total_spread(items: pl.DataFrame) -> pl.LazyFrame:
    """Return how many items customers keep, and how their pounds are spread over them."""
    pound = pl.col("net_sales")
    return (
        items.lazy()
        .group_by("customer_id")
        .agg(
            item_count=pl.len().cast(pl.Int64),
            repeat_item_count=(pl.col("order_count") > 1).sum(),
            # The entropy of the shares p / sum, without a pass to know the sum first.
            item_entropy_bits=pound.sum().log(2) - (pound * pound.log(2)).sum() / pound.sum(),
        )
    )


def return_shares(orders: pl.DataFrame) -> pl.LazyFrame:
    """Return the share of the units bought that came back."""
    returned, sold = pl.col("returned_unit_count"), pl.col("sold_unit_count")
    return orders.lazy().group_by("customer_id").agg(return_share=returned.sum() / sold.sum())


def median_gaps(orders: pl.DataFrame) -> pl.LazyFrame:
    """Return the median of the days between days with an order."""
    day = pl.col("order_date")
    return (
        orders.lazy()
        .filter("is_kept")
        .select("customer_id", "order_date")
        .unique()
        .sort("customer_id", "order_date")
        # Cheaper than over(), as the days of a customer follow each other.
        .with_columns(
            gap=pl.when(pl.col("customer_id") == pl.col("customer_id").shift()).then(
                day.diff().dt.total_days()
            )
        )
        .group_by("customer_id")
        .agg(median_days_between_orders=pl.col("gap").median())
    )
