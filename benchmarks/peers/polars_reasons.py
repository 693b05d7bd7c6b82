"""Why customers are in their clusters, in polars, and which change would move them to another."""

import polars as pl

from benchmarks.peers.polars_ledger import look_up

# Of features that say as much the last comes first.
BEHAVIOUR = ["recency_days", "order_count", "net_sales"]
COMPONENTS = ["1", "2", "3", "4"]
CLUSTERS = ["taste_cluster_id", "taste_runner_up_cluster_id"]
OTHER, ALL_OTHERS = "Other", "all others"
SHOWN_FAMILIES = 3
REASON_COLUMNS = [
    "customer_id",
    "axis",
    "feature",
    "reason",
    "reason_rank",
    "contribution",
    "customer_value",
    "typical_value",
]


def count_of(value: pl.Expr) -> pl.Expr:
    """Write a count that is not below zero, its thousands set off by commas."""
    digits = value.round(mode="half_away_from_zero").cast(pl.Int64).cast(pl.String)
    backwards = digits.str.reverse().str.replace_all(r"(\d{3})", "${1},")
    return backwards.str.reverse().str.strip_prefix(",")


def percent_of(share: pl.Expr) -> pl.Expr:
    """Write a share in whole per cents."""
    return (
        pl.when((share > 0) & (share < 0.005))
        .then(pl.lit("under 1 %"))
        .otherwise(pl.format("{} %", count_of(100 * share)))
    )


def plural(value: pl.Expr) -> pl.Expr:
    """Return the s of more or less than one."""
    return pl.when(value == 1).then(pl.lit("")).otherwise(pl.lit("s"))


class BehaviourAxis:
    """The scales of the behaviour features, and the centroids, one column a feature."""

    def __init__(self, model: pl.DataFrame) -> None:
        """Take what the fit left."""
        is_centroid = pl.col("parameter") == "centroid"
        axis = model.filter(pl.col("axis") == "behaviour")
        scales = axis.filter(~is_centroid).select("feature", "parameter", "value")
        self.scales = {(feature, name): value for feature, name, value in scales.iter_rows()}
        self.centroids = (
            axis.filter(is_centroid)
            .pivot(on="feature", index="cluster_id", values="value")
            .sort("cluster_id")
        )

    def scale(self, feature: str) -> tuple[float, float, float, float]:
        """Return the lowest and highest place before scaling, their mean and their scale."""
        low, high, mean, scale = (
            self.scales[feature, name] for name in ("clip_low", "clip_high", "mean", "scale")
        )
        return low, high, mean, scale

    def place_of(self, feature: str, value: pl.Expr) -> pl.Expr:
        """Return where a value is on the axis."""
        low, high, mean, scale = self.scale(feature)
        curved = value.sqrt() if feature == "recency_days" else (value + 1).log()
        return (curved.clip(low, high) - mean) / scale

    def value_at(self, feature: str, place: pl.Expr) -> pl.Expr:
        """Return the value of a place, null beyond the values that are clipped."""
        low, high, mean, scale = self.scale(feature)
        curved = place * scale + mean
        value = curved.pow(2) if feature == "recency_days" else curved.exp() - 1
        return pl.when((curved > low) & (curved < high)).then(value)

    def place(self, features: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
        """Return customers with their places, and those of their and of the next centroid."""
        placed = features.select(
            "customer_id",
            *BEHAVIOUR,
            *[self.place_of(name, pl.col(name)).alias(f"{name}_place") for name in BEHAVIOUR],
        )
        clusters = labels.select(
            "customer_id",
            own="behaviour_cluster_id",
            next="behaviour_runner_up_cluster_id",
        )
        placed = placed.join(clusters, on="customer_id", maintain_order="left")
        for whose in ("own", "next"):
            there = pl.col(BEHAVIOUR).name.suffix(f"_{whose}")
            centroids = self.centroids.select(there, cluster_id="cluster_id")
            placed = placed.join(
                centroids, left_on=whose, right_on="cluster_id", maintain_order="left"
            )
        return placed


def explain_behaviour(placed: pl.DataFrame) -> pl.DataFrame:
    """Return how much nearer each feature brings customers to their cluster than to the next."""
    value, typical = pl.col("customer_value"), pl.col("typical_value")
    own, usual = count_of(value), count_of(typical)
    sentences = {
        "recency_days": pl.format("last order {} day{} ago, typical {}", own, plural(value), usual),
        "order_count": pl.format("{} order{}, typical {}", own, plural(value), usual),
        "net_sales": pl.format("{} GBP net sales, typical {}", own, usual),
    }
    nearer = {
        name: (pl.col(f"{name}_place") - pl.col(f"{name}_next")).pow(2)
        - (pl.col(f"{name}_place") - pl.col(f"{name}_own")).pow(2)
        for name in BEHAVIOUR
    }
    parts = []
    for number, name in enumerate(BEHAVIOUR):
        first = [nearer[other] > nearer[name] for other in BEHAVIOUR[:number]]
        first += [nearer[other] >= nearer[name] for other in BEHAVIOUR[number + 1 :]]
        part = placed.lazy().select(
            "customer_id",
            axis=pl.lit("behaviour"),
            feature=pl.lit(name),
            reason_rank=1 + pl.sum_horizontal(first).cast(pl.Int64),
            contribution=nearer[name],
            customer_value=pl.col(name).cast(pl.Float64),
            typical_value=pl.col(name).quantile(0.5, "lower").cast(pl.Float64),
        )
        parts.append(part.with_columns(reason=sentences[name]).select(REASON_COLUMNS))
    return pl.concat(parts).collect()


def place_families(
    items: pl.DataFrame, families: pl.DataFrame, model: pl.DataFrame
) -> pl.DataFrame:
    """Return orders and places on the taste axis of each family that a customer bought of."""
    taste = model.filter(pl.col("axis") == "taste")
    idfs = taste.filter(pl.col("parameter") == "idf").select("feature", idf="value")
    weights = (
        taste.filter(pl.col("parameter") == "loading")
        .pivot(on="component", index="feature", values="value")
        .join(idfs, on="feature")
        .select("feature", pl.col(COMPONENTS) * pl.col("idf"))
    )
    names = pl.Enum([*families["product_family"].unique().sort(), OTHER])
    codes = items["stock_code"].dtype.categories.alias("feature").to_frame()
    by_code = (
        codes.join(families, left_on="feature", right_on="stock_code", how="left")
        .join(weights, on="feature", how="left")
        .sort("feature")
        .select(pl.col("product_family").fill_null(OTHER).cast(names), *COMPONENTS)
    )
    orders = (pl.col("order_count") + 1).log()
    return (
        items.lazy()
        .select("customer_id", "order_count")
        .with_columns(look_up(column, items["stock_code"]) for column in by_code)
        .group_by("customer_id", "product_family")
        .agg(pl.col("order_count").sum(), *[(pl.col(n) * orders).sum() for n in COMPONENTS])
        .collect()
    )


def directions(model: pl.DataFrame) -> pl.DataFrame:
    """Return the way from each taste centroid to each other, and how much nearer 0 is to it."""
    centroids = model.filter(pl.col("axis") == "taste", pl.col("parameter") == "centroid").pivot(
        on="component", index="cluster_id", values="value"
    )
    own, other = (pl.col(name) for name in CLUSTERS)
    return (
        centroids.rename({"cluster_id": CLUSTERS[0]})
        .join(centroids.rename({"cluster_id": CLUSTERS[1]}), how="cross", suffix="_next")
        .filter(own != other)
        .select(
            *CLUSTERS,
            *[(pl.col(n) - pl.col(f"{n}_next")).alias(f"{n}_way") for n in COMPONENTS],
            start=pl.sum_horizontal(
                pl.col(f"{n}_next").pow(2) - pl.col(n).pow(2) for n in COMPONENTS
            ),
        )
    )


def explain_taste(bought: pl.DataFrame, model: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Return how much nearer each family brings customers to their cluster than to the next."""
    family, contribution = pl.col("product_family"), pl.col("contribution")
    customers = (
        bought.lazy()
        .group_by("customer_id")
        .agg(
            customer_orders=pl.col("order_count").sum(),
            length=pl.sum_horizontal(pl.col(n).sum().pow(2) for n in COMPONENTS).sqrt(),
        )
        .join(labels.lazy().select("customer_id", *CLUSTERS), on="customer_id")
        .join(directions(model).lazy(), on=CLUSTERS)
        .collect()
    )
    typical = (
        bought.group_by("product_family")
        .agg(family_orders=pl.col("order_count").sum())
        .with_columns(all_orders=pl.col("family_orders").sum())
    )
    way = pl.sum_horizontal(pl.col(n) * pl.col(f"{n}_way") for n in COMPONENTS)
    ranked = (
        bought.lazy()
        .join(customers.lazy(), on="customer_id")
        .select(
            "customer_id",
            "product_family",
            customer_value=pl.col("order_count") / pl.col("customer_orders"),
            contribution=pl.when(pl.col("length") > 0)
            .then(2 * way / pl.col("length"))
            .otherwise(0.0),
        )
        .sort("customer_id", family == OTHER, -contribution, "product_family")
        .with_columns(
            reason_rank=pl.when(family == OTHER)
            .then(SHOWN_FAMILIES + 1)
            .otherwise(pl.int_range(1, pl.len() + 1).over("customer_id"))
        )
        .collect()
    )
    is_shown = pl.col("reason_rank") <= SHOWN_FAMILIES
    shown = (
        ranked.lazy()
        .filter(is_shown)
        .join(typical.lazy(), on="product_family")
        .with_columns(typical_value=pl.col("family_orders") / pl.col("all_orders"))
        .select(
            "customer_id",
            "reason_rank",
            "contribution",
            "customer_value",
            "typical_value",
            feature=family.cast(pl.String),
            reason=pl.format(
                "{} {} of item orders, typical {}",
                family.cast(pl.String),
                percent_of(pl.col("customer_value")),
                percent_of(pl.col("typical_value")),
            ),
        )
    )
    rest = ranked.lazy().filter(~is_shown).group_by("customer_id").agg(rest=contribution.sum())
    others = (
        customers.lazy()
        .join(rest, on="customer_id", how="left")
        .select(
            "customer_id",
            reason_rank=pl.lit(SHOWN_FAMILIES + 1, pl.Int64),
            contribution=pl.col("start") + pl.col("rest").fill_null(0),
            feature=pl.lit(ALL_OTHERS),
            reason=pl.lit(ALL_OTHERS),
        )
    )
    return (
        pl.concat([shown, others], how="diagonal")
        .with_columns(axis=pl.lit("taste"))
        .select(REASON_COLUMNS)
        .collect()
    )


def find_changes(placed: pl.DataFrame, axis: BehaviourAxis) -> pl.DataFrame:
    """Return the smallest change of one feature that reaches the border to another cluster."""
    place, own = ({name: pl.col(f"{name}_{of}") for name in BEHAVIOUR} for of in ("place", "own"))
    moves = []
    for other in axis.centroids.iter_rows(named=True):
        gap = pl.lit(0.0)
        for name in BEHAVIOUR:
            gap = gap + (place[name] - other[name]).pow(2) - (place[name] - own[name]).pow(2)
        for name in BEHAVIOUR:
            move = gap / 2 / (other[name] - own[name])
            moves.append(
                placed.lazy()
                .filter(pl.col("own") != other["cluster_id"], own[name] != other[name])
                .select(
                    "customer_id",
                    feature=pl.lit(name),
                    move=move,
                    border=axis.value_at(name, place[name] + move),
                )
                .drop_nulls("border")
            )
    size, border = pl.col("move").abs(), pl.col("border")
    smallest = (
        pl.concat(moves)
        .filter(size == size.min().over("customer_id"))
        .sort("feature", "move")
        .unique("customer_id", keep="first", maintain_order=True)
        .with_columns(
            changed_value=pl.when(pl.col("move") > 0)
            .then(border.floor() + 1)
            .otherwise(border.ceil() - 1)
        )
    )
    changed = {
        name: pl.when(pl.col("feature") == name)
        .then(axis.place_of(name, pl.col("changed_value")))
        .otherwise(place[name])
        for name in BEHAVIOUR
    }
    distances = [
        pl.sum_horizontal((changed[name] - other[name]).pow(2) for name in BEHAVIOUR)
        for other in axis.centroids.iter_rows(named=True)
    ]
    return (
        smallest.join(placed.lazy(), on="customer_id")
        .select(
            "customer_id",
            "feature",
            "move",
            "changed_value",
            # Clusters are numbered from 1.
            changed_cluster_id=pl.concat_list(distances).list.arg_min().cast(pl.Int64) + 1,
        )
        .collect()
    )
