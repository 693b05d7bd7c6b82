"""Segments in polars: their names, everyone's reasons in one sentence, totals of each segment."""

from datetime import date

import polars as pl

from benchmarks.peers.fits import PROJECT
from benchmarks.peers.polars_reasons import BEHAVIOUR, count_of, plural

SUMMED = ["sold_unit_count", "returned_unit_count", "last_90d_spend", "previous_90d_spend"]


def find_families(items_named: pl.DataFrame) -> pl.DataFrame:
    """Return the family of each item whose name holds a keyword; the first keyword decides."""
    keywords = (
        pl.read_csv(PROJECT / "seeds" / "product_family_keywords.csv")
        .with_columns(
            written=pl.concat_list(" " + pl.col("keyword") + " ", " " + pl.col("keyword") + "S ")
        )
        .explode("written")
    )
    words = (
        " " + pl.col("item_name").str.to_uppercase().str.replace_all(",", " ", literal=True) + " "
    )
    return (
        items_named.lazy()
        .select(
            "stock_code",
            written=words.str.extract_many(keywords["written"].to_list(), overlapping=True),
        )
        .explode("written")
        .join(keywords.lazy(), on="written")
        .sort(
            "stock_code",
            "priority",
            pl.col("keyword").str.len_chars(),
            "keyword",
            descending=[False, False, True, False],
        )
        .unique("stock_code", keep="first", maintain_order=True)
        .select(pl.col("stock_code").cast(pl.String), "product_family")
        .collect()
    )


def name_segments(model: pl.DataFrame, families: pl.DataFrame) -> pl.DataFrame:
    """Return all pairs of a behaviour and a taste, named."""
    behaviours, tastes = name_behaviours(model), name_tastes(model, families)
    return behaviours.join(tastes, how="cross").select(
        segment_id("behaviour_cluster_id", "taste_cluster_id").alias("segment_id"),
        "behaviour_cluster_id",
        "taste_cluster_id",
        pl.format("{}: {}", "behaviour_name", "taste_name").alias("segment_name"),
        "behaviour_profile",
        "behaviour_name",
        "taste_name",
        "definition",
        "action",
    )


def segment_id(behaviour: str, taste: str) -> pl.Expr:
    """Return B and T with the numbers of the clusters."""
    return pl.format("B{}T{}", pl.col(behaviour), pl.col(taste))


def name_tastes(model: pl.DataFrame, families: pl.DataFrame) -> pl.DataFrame:
    """Name each cluster of tastes by the two families that pull most customers to it."""
    taste = model.filter(pl.col("axis") == "taste")
    value = pl.col("value")
    idfs = taste.filter(pl.col("parameter") == "idf").select("feature", idf="value")
    centroids = taste.filter(pl.col("parameter") == "centroid").select(
        "cluster_id", "component", centroid=value - value.mean().over("component")
    )
    return (
        taste.filter(pl.col("parameter") == "loading")
        .select("feature", "component", "value")
        .join(idfs, on="feature")
        .join(families, left_on="feature", right_on="stock_code")
        .join(centroids, on="component")
        .group_by("cluster_id", "product_family")
        .agg(pull=(pl.col("centroid") * value * pl.col("idf") * (1 - pl.col("idf")).exp()).sum())
        .filter(pl.col("pull") > 0)
        .sort("cluster_id", -pl.col("pull"), "product_family")
        .group_by(taste_cluster_id="cluster_id", maintain_order=True)
        .agg(taste_name=pl.col("product_family").head(2).str.join(", "))
    )


def name_behaviours(model: pl.DataFrame) -> pl.DataFrame:
    """Name each cluster of behaviours by what customers spend and how recently."""
    recent = pl.col("recency_days") < 0
    same = pl.len().over("behaviour_profile")
    number = pl.int_range(1, pl.len() + 1).over("behaviour_profile")
    playbook = pl.read_csv(PROJECT / "seeds" / "segment_playbook.csv").select(
        "behaviour_profile", "behaviour_name", "definition", "action"
    )
    return (
        model.filter(pl.col("axis") == "behaviour", pl.col("parameter") == "centroid")
        .pivot(on="feature", index="cluster_id", values="value")
        .sort("cluster_id")
        .select(
            pl.col("cluster_id").alias("behaviour_cluster_id"),
            pl.when(pl.col("net_sales") >= 0)
            .then(pl.when(recent).then(pl.lit("core")).otherwise(pl.lit("cooling")))
            .otherwise(pl.when(recent).then(pl.lit("active")).otherwise(pl.lit("lapsed")))
            .alias("behaviour_profile"),
        )
        .join(playbook, on="behaviour_profile", how="left", maintain_order="left")
        .with_columns(
            pl.when(same > 1)
            .then(pl.format("{} {}", "behaviour_name", number))
            .otherwise("behaviour_name")
            .alias("behaviour_name")
        )
    )


def describe_segments(
    labels: pl.DataFrame,
    features: pl.DataFrame,
    segments: pl.DataFrame,
    reasons: pl.DataFrame,
    changes: pl.DataFrame,
) -> pl.DataFrame:
    """Return everyone's segment, the next ones, why, and the smallest change to another."""
    ids = ["behaviour_cluster_id", "taste_cluster_id"]
    names = ["segment_id", "segment_name", "behaviour_profile", "behaviour_name", "taste_name"]
    changed = segments.select(
        "taste_cluster_id", changed_cluster_id="behaviour_cluster_id", changed_name="segment_name"
    )
    return (
        labels.lazy()
        .join(features.lazy().select("customer_id", *BEHAVIOUR), on="customer_id")
        .join(join_reasons(reasons), on="customer_id")
        .join(changes.lazy(), on="customer_id", how="left")
        .join(segments.lazy().select(*ids, *names), on=ids, how="left")
        .join(changed.lazy(), on=["changed_cluster_id", "taste_cluster_id"], how="left")
        .select(
            *labels.columns,
            "segment_id",
            "segment_name",
            segment_id("behaviour_runner_up_cluster_id", "taste_cluster_id").alias(
                "behaviour_runner_up_segment_id"
            ),
            segment_id("behaviour_cluster_id", "taste_runner_up_cluster_id").alias(
                "taste_runner_up_segment_id"
            ),
            "behaviour_profile",
            "behaviour_name",
            "taste_name",
            "reason",
            smallest_change().alias("smallest_change"),
            (pl.col("order_count") == 1).alias("is_taste_weak"),
        )
        .collect()
    )


def join_reasons(reasons: pl.DataFrame) -> pl.LazyFrame:
    """Return each customer's reasons as a sentence: all of behaviour, the first of taste."""
    in_order = reasons.lazy().sort("customer_id", "reason_rank")
    behaviour = (
        in_order.filter(pl.col("axis") == "behaviour")
        .group_by("customer_id", maintain_order=True)
        .agg(pl.col("reason").str.join("; "))
    )
    taste = (
        in_order.filter(
            pl.col("axis") == "taste",
            pl.col("contribution") > 0,
            pl.col("customer_value") > pl.col("typical_value"),
        )
        .unique("customer_id", keep="first", maintain_order=True)
        .select("customer_id", taste_reason="reason")
    )
    return behaviour.join(taste, on="customer_id", how="left").select(
        "customer_id", pl.concat_str("reason", "taste_reason", separator="; ", ignore_nulls=True)
    )


def smallest_change() -> pl.Expr:
    """Return the sentence on the smallest change that would move a customer."""
    feature, to, move = pl.col("feature"), pl.col("changed_value"), pl.col("move")
    value = pl.coalesce(pl.when(feature == name).then(pl.col(name)) for name in BEHAVIOUR)
    # A value that is rounded to where it would move to is shown on its own side.
    shown = (
        pl.when(value.round(mode="half_away_from_zero") != to)
        .then(value)
        .when(move > 0)
        .then(value.floor())
        .otherwise(value.ceil())
    )
    new = (
        pl.when(feature == "recency_days")
        .then(pl.format("last order {} day{} ago", count_of(to), plural(to)))
        .when(feature == "order_count")
        .then(pl.format("{} order{}", count_of(to), plural(to)))
        .otherwise(pl.format("{} GBP net sales", count_of(to)))
    )
    sentence = pl.format(
        "{} instead of {} would move it to {}", new, count_of(shown), pl.col("changed_name")
    )
    return sentence.fill_null("no change of a single feature would move it")


def sum_segments(
    customers: pl.DataFrame, features: pl.DataFrame, orders: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Return totals of each segment, and of all."""
    days_ago, net = as_of - pl.col("order_date"), pl.col("net_sales")
    totals = (
        orders.lazy()
        .group_by("customer_id")
        .agg(
            pl.col("sold_unit_count", "returned_unit_count").sum(),
            last_90d_spend=total(net.filter(days_ago <= pl.duration(days=90))),
            previous_90d_spend=total(
                net.filter(days_ago > pl.duration(days=90), days_ago <= pl.duration(days=180))
            ),
        )
    )
    rows = (
        customers.lazy()
        .select("customer_id", "segment_id", "confidence")
        .join(features.lazy(), on="customer_id")
        .join(totals, on="customer_id")
        .select(
            "segment_id",
            "net_sales",
            "order_count",
            "recency_days",
            "item_count",
            "confidence",
            *SUMMED,
        )
        .collect()
    )
    everyone = rows.with_columns(segment_id=pl.lit("all"))
    return (
        pl.concat([rows, everyone])
        .group_by("segment_id")
        .agg(
            customer_count=pl.len().cast(pl.Int64),
            net_sales=pl.col("net_sales").sum(),
            net_sales_last_90d=total(pl.col("last_90d_spend")),
            net_sales_previous_90d=total(pl.col("previous_90d_spend")),
            order_count=pl.col("order_count").sum(),
            median_recency_days=pl.col("recency_days").median(),
            median_order_count=pl.col("order_count").median(),
            median_item_count=pl.col("item_count").median(),
            median_net_sales=pl.col("net_sales").median(),
            return_share=pl.col("returned_unit_count").sum() / pl.col("sold_unit_count").sum(),
            mean_confidence=pl.col("confidence").mean(),
        )
    )


def total(values: pl.Expr) -> pl.Expr:
    """Return the sum, null if there is nothing to add."""
    return pl.when(values.count() > 0).then(values.sum())
