"""The polars way: codes for text, one query a step, the project's fits.

    python -m benchmarks.peers.polars_scikit lines.parquet folder

Money is whole ten-thousandths of a pound, as in polars_ledger.py, until features turn it to pounds.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from polars import col, lit, when
from polars import selectors as cs

from benchmarks.peers import polars_ledger as ledger
from benchmarks.peers.fits import BEHAVIOUR_FEATURES, PROJECT, fit
from benchmarks.peers.polars_ledger import MONEY, PAIR, PARTS

WHOLESALE_UNITS = 24
CLUSTERS = ["behaviour_cluster_id", "taste_cluster_id"]
COUNT = pl.len().cast(pl.Int64)


def pounds() -> pl.Expr:
    """Turn ten-thousandths into pounds."""
    # Polars multiplies by 1 / PARTS; rounded, it is what the division comes to.
    return ((cs.matches(MONEY) & cs.integer()) / PARTS).round(4)


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
        line_count=(units > 0).sum().cast(pl.Int64),
        item_count=col.is_item.sum().cast(pl.Int64),
        wholesale_line_count=(units >= WHOLESALE_UNITS).sum().cast(pl.Int64),
        has_net_units=(units > 0).any(),
        ordered_at=day.min(),
        last_line_at=day.max(),
        order_date=day.min().dt.date(),
    )


def total_items(sales: pl.DataFrame) -> pl.DataFrame:
    """Return totals of each item that a customer kept, in the order of both."""
    day = col.invoiced_at
    # One integer sorts in less than half the time of two.
    place = col.customer_id.to_physical().cast(pl.UInt64) * 2**32 + col.stock_code.to_physical()
    items = sales.lazy().filter(col.net_unit_count > 0).group_by(PAIR)
    totals = items.agg(
        order_count=col.is_item.sum().cast(pl.Int64),
        line_count=COUNT,
        net_unit_count=col.net_unit_count.cast(pl.Int64).sum(),
        net_sales=col.net_sales.sum(),
        first_bought_date=day.min().dt.date(),
        last_bought_date=day.max().dt.date(),
    )
    return totals.sort(place).collect()


def locate(raw: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Return the country of each customer's largest net sales, and the number of countries."""
    sums = [col.line_value.sum(), col.invoiced_at.max()]
    return (
        raw.lazy()
        .select("customer_id", "country", "line_value", "invoiced_at")
        .filter((lines["disposition"] != "duplicate") & col.customer_id.is_not_null())
        .group_by("customer_id", "country")
        .agg(sums)
        .group_by("customer_id", col.country.cast(pl.String).fill_null("Unspecified"))
        .agg(sums)
        .sort("line_value", "invoiced_at", "country", descending=[True, True, False])
        .group_by("customer_id", maintain_order=True)
        .agg(col.country.first(), country_count=COUNT)
        .collect()
    )


def list_customers(located: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Return everyone with a status, and the first and last order they kept."""
    day, count = col.order_date.filter("has_net_units"), col.order_count
    bought = orders.group_by("customer_id").agg(
        order_count=col.has_net_units.sum().cast(pl.Int64),
        first_order_date=day.min(),
        last_order_date=day.max(),
    )
    names = ["segmented", "returned everything"]
    status = (count > 0).replace_strict([True, False], names, default="no merchandise bought")
    everyone = located.join(bought, on="customer_id", how="left")
    return everyone.with_columns(count.fill_null(0), customer_status=status)


def measure_customers(
    orders: pl.DataFrame, items: pl.DataFrame, located: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Return about 25 features of customers who kept something, in the order of their ids."""
    cart, day, lines = col.net_sales, col.order_date, col.line_count
    kept = orders.filter("has_net_units")
    carts = kept.group_by("customer_id").agg(
        cs.by_name("line_count", "net_unit_count", "wholesale_line_count", "net_sales").sum(),
        order_count=COUNT,
        min_order_value=cart.min(),
        max_order_value=cart.max(),
        median_order_value=cart.median() / PARTS,
        items_per_order=col.item_count.mean(),
        late_sales=cart.filter(day.dt.month() >= 11).sum(),
        active_month_count=day.dt.truncate("1mo").n_unique().cast(pl.Int64),
        first_order_date=day.min(),
        last_order_date=day.max(),
    )
    spread = items.group_by("customer_id").agg(
        item_count=COUNT,
        repeat_item_share=(col.order_count > 1).mean(),
        # The entropy of the shares p / sum, without a pass to know the sum first.
        item_entropy_bits=cart.sum().log(2) - (cart * cart.log(2)).sum() / cart.sum(),
    )
    returned = orders.group_by("customer_id").agg(
        return_share=col.returned_unit_count.sum() / col.sold_unit_count.sum()
    )
    days = kept.select("customer_id", "order_date").unique().sort("customer_id", "order_date")
    # Cheaper than over(), as the days of a customer follow each other.
    is_same = col.customer_id == col.customer_id.shift()
    gaps = days.with_columns(gap=when(is_same).then(day.diff().dt.total_days()))
    medians = gaps.group_by("customer_id").agg(median_days_between_orders=col.gap.median())
    return (
        carts.join(spread, on="customer_id")
        .join(located.drop("country_count"), on="customer_id")
        .join(returned, on="customer_id")
        .join(medians, on="customer_id", how="left")
        .with_columns(pounds())
        .with_columns(
            recency_days=(as_of - col.last_order_date).dt.total_days(),
            tenure_days=(as_of - col.first_order_date).dt.total_days(),
            average_order_value=cart / col.order_count,
            average_unit_price=cart / col.net_unit_count,
            average_line_value=cart / lines,
            november_december_share=col.late_sales / cart,
            wholesale_line_share=col.wholesale_line_count / lines,
        )
        .drop("late_sales", "wholesale_line_count")
        .sort("customer_id")
    )


def label(features: pl.DataFrame, items: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the labels of both axes, and the model."""
    bought = items["stock_code"].unique().sort().cast(pl.String)
    labels, model = fit(
        features.select(col.customer_id.cast(pl.String), *BEHAVIOUR_FEATURES).to_pandas(),
        # Items are in the order of customers and codes, and all customers have some.
        items["customer_id"].rle_id().to_numpy(),
        items["stock_code"].cast(pl.Enum(bought)).to_physical().to_numpy(),
        items["order_count"].to_numpy(),
        bought.to_numpy(),
    )
    ids = col.customer_id.cast(features["customer_id"].dtype)
    numbers = col("cluster_id", "component").cast(pl.Int64)
    return pl.from_pandas(labels).with_columns(ids), pl.from_pandas(model).with_columns(numbers)


def find_families(sales: pl.DataFrame) -> pl.DataFrame:
    """Return the family of each item with a keyword in the description most sold of it."""
    written = pl.concat_list(" " + col.keyword + " ", " " + col.keyword + "S ")
    seed = pl.read_csv(PROJECT / "seeds" / "product_family_keywords.csv")
    keywords = seed.with_columns(written=written).explode("written")
    looked_for = keywords["written"].to_list()
    described = ["stock_code", "item_description"]
    words = " " + col.item_description.str.to_uppercase().str.replace_all(",", " ") + " "
    return (
        sales.lazy()
        .drop_nulls("item_description")
        .group_by(described)
        .agg(line_count=pl.len(), last_sold_at=col.invoiced_at.max())
        .sort("line_count", "last_sold_at", "item_description", descending=[True, True, False])
        .unique("stock_code", keep="first", maintain_order=True)
        .select(col(described).cast(pl.String))
        .select("stock_code", written=words.str.extract_many(looked_for, overlapping=True))
        .explode("written")
        .join(keywords.lazy(), on="written")
        .sort("priority", -col.keyword.str.len_chars().cast(pl.Int64), "keyword")
        .unique("stock_code", keep="first", maintain_order=True)
        .select("stock_code", "product_family")
        .collect()
    )


def name_tastes(model: pl.DataFrame, families: pl.DataFrame) -> pl.DataFrame:
    """Name each cluster of tastes by the two families that pull most customers to it."""
    value = col.value
    taste = model.filter(col.axis == "taste")
    idfs = taste.filter(col.parameter == "idf").select("feature", idf="value")
    centroids = taste.filter(col.parameter == "centroid").select(
        "cluster_id", "component", centroid=value - value.mean().over("component")
    )
    return (
        taste.filter(col.parameter == "loading")
        .select("feature", "component", "value")
        .join(idfs, on="feature")
        .join(families, left_on="feature", right_on="stock_code")
        .join(centroids, on="component")
        .group_by("cluster_id", "product_family")
        .agg(pull=(col.centroid * value * col.idf * (1 - col.idf).exp()).sum())
        .filter(col.pull > 0)
        .sort("cluster_id", -col.pull, "product_family")
        .group_by(taste_cluster_id="cluster_id", maintain_order=True)
        .agg(taste_name=col.product_family.head(2).str.join(", "))
    )


def name_segments(
    model: pl.DataFrame, families: pl.DataFrame, labels: pl.DataFrame
) -> pl.DataFrame:
    """Return all pairs of a behaviour and a taste: names, and how many customers they have."""
    name, recent = col.behaviour_name, col.recency_days < 0
    number = pl.int_range(1, pl.len() + 1).over("behaviour_profile")
    numbered = when(pl.len().over("behaviour_profile") > 1).then(pl.format("{} {}", name, number))
    buys = lit("; compared with everyone, buys more of: ")
    playbook = pl.read_csv(PROJECT / "seeds" / "segment_playbook.csv")
    behaviours = (
        model.filter(col.axis == "behaviour", col.parameter == "centroid")
        .pivot(on="feature", index="cluster_id", values="value")
        .sort("cluster_id")
        .select(
            behaviour_cluster_id="cluster_id",
            behaviour_profile=when(col.net_sales >= 0)
            .then(when(recent).then(lit("core")).otherwise(lit("cooling")))
            .otherwise(when(recent).then(lit("active")).otherwise(lit("lapsed"))),
        )
        .join(playbook, on="behaviour_profile", how="left", maintain_order="left")
        .with_columns(behaviour_name=numbered.otherwise(name))
    )
    sizes = labels.group_by(CLUSTERS).agg(customer_count=COUNT)
    return (
        behaviours.join(name_tastes(model, families), how="cross")
        .join(sizes, on=CLUSTERS, how="left")
        .select(
            *CLUSTERS,
            *("behaviour_profile", "behaviour_name", "taste_name", "action"),
            col.customer_count.fill_null(0),
            segment_id=pl.format("B{}T{}", *CLUSTERS),
            segment_name=pl.format("{}: {}", name, "taste_name"),
            definition=pl.format("{}{}{}.", "definition", buys, "taste_name"),
        )
    )


def list_segments(labels: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Return everyone's segment, the next ones, and how sure that is."""
    behaviour, taste = CLUSTERS
    next_behaviour, next_taste = (n.replace("_c", "_runner_up_c") for n in CLUSTERS)
    names = segments.drop("customer_count", "definition", "action")
    return (
        labels.join(names, on=CLUSTERS, how="left")
        .with_columns(
            behaviour_runner_up_segment_id=pl.format("B{}T{}", next_behaviour, taste),
            taste_runner_up_segment_id=pl.format("B{}T{}", behaviour, next_taste),
        )
        .drop(*CLUSTERS, next_behaviour, next_taste)
    )


def sum_segments(
    segments: pl.DataFrame, customers: pl.DataFrame, orders: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Return totals of each segment, and of all."""
    days, net = (as_of - col.order_date).dt.total_days(), col.net_sales
    totals = orders.group_by("customer_id").agg(
        cs.by_name("sold_unit_count", "returned_unit_count", "net_sales").sum(),
        net_sales_last_90d=net.filter(days <= 90).sum(),
        net_sales_previous_90d=net.filter(days > 90, days <= 180).sum(),
    )
    rows = customers.join(totals, on="customer_id")
    sums = (
        pl.concat([rows, rows.with_columns(segment_id=lit("all"))])
        .group_by("segment_id")
        .agg(
            # In whole pence.
            ((cs.starts_with("net_sales").sum() + 50) // 100 * 100),
            col.order_count.sum(),
            col("recency_days", "order_count", "item_count").median().name.prefix("median_"),
            median_net_sales=net.median() / PARTS,
            customer_count=COUNT,
            return_share=col.returned_unit_count.sum() / col.sold_unit_count.sum(),
            mean_confidence=col.confidence.mean(),
        )
    )
    has_both_windows = orders.select(days.max() >= 180).item()
    return (
        pl.concat([segments["segment_id"], pl.Series("segment_id", ["all"])])
        .to_frame()
        .join(sums, on="segment_id", how="left")
        .with_columns((cs.starts_with("net_sales") | cs.matches("^(customer|order)_")).fill_null(0))
        .with_columns(when(lit(has_both_windows)).then(col.net_sales_previous_90d))
    )


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
    raw = ledger.read_lines(path)
    as_of = raw["invoiced_at"].max().date() + timedelta(days=1)
    write(folder, invoice_lines=raw)
    lines = ledger.classify(raw)
    located = locate(raw, lines)
    del raw
    matched = ledger.match_cancellations(lines)
    write(folder, invoice_lines_classified=lines, cancellations_matched=matched)
    sales = ledger.sell(lines, matched)
    del lines
    write(folder, sale_lines=sales)
    sales = count_items(sales)
    orders, items, families = total_orders(sales), total_items(sales), find_families(sales)
    del sales
    write(folder, orders=orders, customer_item_counts=items)
    features = measure_customers(orders, items, located, as_of)
    write(folder, customers=list_customers(located, orders), customer_features=features)
    labels, model = label(features, items)
    segments = name_segments(model, families, labels)
    placed = list_segments(labels, segments)
    write(folder, model_parameters=model, dim_segments=segments, customer_segments=placed)
    measured = features.select("customer_id", "recency_days", "order_count", "item_count")
    sure = placed.select("customer_id", "segment_id", "confidence")
    summary = sum_segments(segments, sure.join(measured, on="customer_id"), orders, as_of)
    write(folder, segment_summary=summary)


if __name__ == "__main__":
    main(*sys.argv[1:])
