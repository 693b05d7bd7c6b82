"""Both axes fitted inside Spark: behaviour.py, taste.py and clustering.py as aggregates.

The steps are the same, and so are the labels, but for customers on a border: pyspark.ml has no
KMeans that starts from given centroids, and one that starts at random gives other segments.
Customers and their items stay on the workers. The driver holds parameters (weights of items,
centroids) and sums. All is expressions on data frames: workers need no Python, and it runs through
Spark Connect too.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as sql
from pyspark.sql.window import Window

from customer_segments.fitting.behaviour import BehaviourModel, cut_directions, units_of
from customer_segments.fitting.clustering import (
    PASS_LIMIT,
    Convergence,
    Matrix,
    have_settled,
    moved_centroids,
)
from customer_segments.fitting.customers import Keys
from customer_segments.fitting.segment_model import SegmentModel
from customer_segments.fitting.settings import (
    BehaviourSettings,
    Settings,
    TasteSettings,
    too_few_customers,
    too_few_for_taste,
)
from customer_segments.fitting.taste import TasteModel, order_by_size, signed

DataFrame = Any  # of a session here, or of Spark Connect

# Columns of the block beyond the components that are looked for: they speed convergence up.
OVERSAMPLING = 16
MAX_BLOCKS = 30
SVD_TOLERANCE = 1e-8


def fit_on_spark(features: DataFrame, counts: DataFrame, settings: Settings) -> SegmentModel:
    """Fit both axes to all customers; as `segment_model.fit_segments`."""
    behaviour, behaviour_end = fit_behaviour_on_spark(features, settings.behaviour)
    taste, taste_end = fit_taste_on_spark(counts, settings.taste)
    return SegmentModel.of(behaviour, taste, (behaviour_end, taste_end))


def fit_behaviour_on_spark(
    features: DataFrame, settings: BehaviourSettings
) -> tuple[BehaviourModel, Convergence]:
    """Fit the behaviour axis; as `behaviour.fit_behaviour_space`, then KMeans."""
    names = sorted(settings.features)
    units = units_of(names, settings.units)
    scaled = features.selectExpr(
        *(
            f"{'sqrt' if unit == 'days' else 'log1p'}(cast({name} as double)) as {name}"
            for name, unit in zip(names, units, strict=True)
        )
    )
    share = settings.clip_share
    [bounds] = scaled.selectExpr(
        *(f"percentile({name}, array({share}D, {1 - share}D)) as {name}" for name in names)
    ).collect()
    low, high = np.array([bounds[name] for name in names], dtype=np.float64).T
    clipped = scaled.selectExpr(
        *(
            f"least(greatest({name}, {float(bottom)!r}D), {float(top)!r}D) as {name}"
            for name, bottom, top in zip(names, low, high, strict=True)
        )
    )
    [moments] = clipped.selectExpr(
        *(f"avg({name}) as {name}_mean" for name in names),
        *(f"stddev_pop({name}) as {name}_deviation" for name in names),
    ).collect()
    mean = np.array([moments[f"{name}_mean"] for name in names])
    deviation = np.array([moments[f"{name}_deviation"] for name in names])
    scale = np.where(deviation > 0, deviation, 1.0)
    rows = clipped.selectExpr(
        *(
            f"({name} - {float(middle)!r}D) / {float(width)!r}D as {name}"
            for name, middle, width in zip(names, mean, scale, strict=True)
        )
    ).persist()
    centroids, end = kmeans_on_spark(rows, names, settings, cut_directions(names))
    rows.unpersist()
    model = BehaviourModel(tuple(names), units, low, high, mean, scale, centroids)
    return model.in_order(), end


def fit_taste_on_spark(
    counts: DataFrame, settings: TasteSettings
) -> tuple[TasteModel, Convergence]:
    """Fit the taste axis; as `taste.fit_taste_space`, then KMeans."""
    stock_codes, support = _items_bought(counts, settings.min_customers)
    items = counts.sparkSession.createDataFrame(
        pa.table(
            {"stock_code": pa.array(stock_codes, pa.string()), "item": range(len(stock_codes))}
        )
    )
    kept = counts.join(sql.broadcast(items), "stock_code")
    customer_count = kept.select("customer_id").distinct().count()
    if min(customer_count, len(stock_codes)) <= settings.component_count:
        raise too_few_for_taste(
            settings,
            len(stock_codes),
            customer_count,
            counts.select("customer_id").distinct().count(),
        )
    idf = np.log((1 + customer_count) / (1 + support)) + 1
    cells = _weighted_cells(kept, idf).persist()
    loadings = signed(
        top_eigenvectors(
            partial(_gram, cells), len(stock_codes), settings.component_count, settings.seed
        )
    )
    names = [f"component_{number}" for number in range(1, settings.component_count + 1)]
    rows = _places(cells, loadings, names).persist()
    centroids, end = kmeans_on_spark(rows, names, settings)
    sizes = _sums_by_cluster(rows, names, centroids)[0]
    rows.unpersist()
    cells.unpersist()
    model = TasteModel(stock_codes, idf, loadings, centroids[order_by_size(centroids, sizes)])
    return model, end


def _items_bought(counts: DataFrame, min_customers: int) -> tuple[Keys, Matrix]:
    """Return the items that so many customers bought, in order, and how many customers did."""
    bought = counts.groupBy("stock_code").agg(sql.count("*").alias("support"))
    items = bought.where(f"support >= {min_customers}").toArrow().to_pydict()
    order = np.argsort(np.array(items["stock_code"], dtype=object), kind="stable")
    stock_codes = np.array(items["stock_code"], dtype=object)[order]
    return stock_codes, np.array(items["support"], dtype=np.float64)[order]


def _weighted_cells(kept: DataFrame, idf: Matrix) -> DataFrame:
    """Return customer_id, item and weight of orders per customer and item, rows of length 1.

    One customer is in one place: what follows moves sums of items, never cells.
    """
    whole = Window.partitionBy("customer_id")
    weights = kept.join(sql.broadcast(_table(kept.sparkSession, idf[:, None], ["idf"])), "item")
    return (
        weights.select(
            "customer_id", "item", sql.expr("log1p(cast(order_count as double)) * idf as weight")
        )
        .repartition("customer_id")
        .select(
            "customer_id",
            "item",
            (sql.col("weight") / sql.sqrt(sql.sum(sql.expr("weight * weight")).over(whole))).alias(
                "weight"
            ),
        )
    )


def _gram(cells: DataFrame, block: Matrix) -> Matrix:
    """Return the cells' matrix, transposed, times the matrix, times `block`."""
    whole = Window.partitionBy("customer_id")
    names = [f"b{number}" for number in range(block.shape[1])]
    projected = cells.join(sql.broadcast(_table(cells.sparkSession, block, names)), "item").select(
        "item",
        "weight",
        *(sql.sum(sql.expr(f"weight * {name}")).over(whole).alias(name) for name in names),
    )
    sums = projected.groupBy("item").agg(
        *(sql.sum(sql.expr(f"weight * {name}")).alias(name) for name in names)
    )
    found = sums.orderBy("item").toArrow()
    return np.column_stack([found[name].to_numpy() for name in names])


def _places(cells: DataFrame, loadings: Matrix, names: Sequence[str]) -> DataFrame:
    """Return where each customer lies on the components, of length 1."""
    projected = (
        cells.join(sql.broadcast(_table(cells.sparkSession, loadings, names)), "item")
        .groupBy("customer_id")
        .agg(*(sql.sum(sql.expr(f"weight * {name}")).alias(name) for name in names))
    )
    length = f"nullif(sqrt({' + '.join(f'{name} * {name}' for name in names)}), 0)"
    return projected.selectExpr(*(f"coalesce({name} / {length}, 0D) as {name}" for name in names))


def top_eigenvectors(
    multiply: Callable[[Matrix], Matrix], size: int, count: int, seed: int
) -> Matrix:
    """Return the eigenvectors of the `count` largest eigenvalues, (size, count), largest first.

    `multiply` gives a symmetric matrix of this size, none of whose eigenvalues is below 0, times a
    block of columns. Block Krylov iteration (Golub & Underwood 1977), until it has converged.
    """
    random = np.random.default_rng(seed)
    block = np.linalg.qr(random.standard_normal((size, min(size, count + OVERSAMPLING))))[0]
    basis, images = np.empty((size, 0)), np.empty((size, 0))
    for _ in range(MAX_BLOCKS):
        image = multiply(block)
        basis, images = np.hstack([basis, block]), np.hstack([images, image])
        small = basis.T @ images
        values, vectors = np.linalg.eigh((small + small.T) / 2)
        top = vectors[:, ::-1][:, :count]
        found = basis @ top
        error = np.linalg.norm(images @ top - found * values[::-1][:count], axis=0).max()
        if error <= SVD_TOLERANCE * values[-1] or basis.shape[1] == size:
            break
        for _ in range(2):  # once leaves rounding errors
            image = image - basis @ (basis.T @ image)
        block = np.linalg.qr(image)[0][:, : size - basis.shape[1]]
    return np.asarray(found, dtype=np.float64)


def kmeans_on_spark(
    rows: DataFrame,
    names: Sequence[str],
    settings: BehaviourSettings | TasteSettings,
    directions: Matrix | None = None,
) -> tuple[Matrix, Convergence]:
    """Return the centroids of KMeans over the columns `names`; as `clustering.AnchoredKMeans`.

    `PASS_LIMIT` steps at most.
    """
    cluster_count = settings.cluster_count
    groups = [_SparkGroup(_sums(rows, names)[0], "true", 0, names, directions)]
    row_count = groups[0].count
    while len(groups) < cluster_count:
        groups.sort(key=lambda group: (not group.is_divisible, group.depth, -group.scatter))
        if not groups[0].is_divisible:
            raise too_few_customers(cluster_count, len(groups), row_count)
        groups = [*groups[0].halves(rows), *groups[1:]]
    anchors = centroids = np.array([group.mean for group in groups])
    limit = min(settings.max_iter, PASS_LIMIT)
    for step in range(1, limit + 1):
        before = centroids
        sizes, sums = _sums_by_cluster(rows, names, before)
        centroids = moved_centroids(before, sizes, sums, anchors, settings.prior)
        if have_settled(before, centroids):
            return centroids, Convergence(step, is_converged=True)
    return centroids, Convergence(limit, is_converged=False)


class _SparkGroup:
    """The rows for which a condition holds: their sums, and where the next cut goes."""

    def __init__(
        self,
        sums: Any,
        condition: str,
        depth: int,
        names: Sequence[str],
        directions: Matrix | None,
    ) -> None:
        self.condition, self.depth, self.names, self.directions = (
            condition,
            depth,
            names,
            directions,
        )
        self.count = int(sums["row_count"])
        self.mean = np.array([sums[f"sum_{name}"] for name in names]) / self.count
        products = np.array([[sums[f"{one}_{two}"] for two in names] for one in names])
        spread = products - self.count * np.outer(self.mean, self.mean)
        self.is_divisible, self.scatter = False, 0.0
        for direction in self._candidates(spread):
            scatter = float(direction @ spread @ direction)
            if scatter > 1e-9 * max(np.trace(products), 1e-300):
                self.is_divisible, self.scatter, self.direction = True, scatter, direction
                break

    def halves(self, rows: DataFrame) -> tuple["_SparkGroup", "_SparkGroup"]:
        """Return the group's rows on either side of the cut."""
        place = " + ".join(
            f"({name} - {float(middle)!r}D) * {float(step)!r}D"
            for name, middle, step in zip(self.names, self.mean, self.direction, strict=True)
        )
        sides = _sums(rows.where(self.condition), self.names, f"{place} > 0")
        lower, upper = (
            _SparkGroup(
                side,
                f"{self.condition} and {'' if side['side'] else 'not '}({place} > 0)",
                self.depth + 1,
                self.names,
                self.directions,
            )
            for side in sorted(sides, key=lambda side: bool(side["side"]))
        )
        return lower, upper

    def _candidates(self, spread: Matrix) -> Iterator[Matrix]:
        """Yield the directions as `clustering` does."""
        if self.directions is not None:
            turn = self.depth % len(self.directions)
            yield from (*self.directions[turn:], *self.directions[:turn])
        yield np.linalg.eigh(spread)[1][:, -1]


def _sums(rows: DataFrame, names: Sequence[str], side: str = "true") -> list[Any]:
    """Return count, sums and sums of products of the columns, a row for each value of `side`."""
    found: list[Any] = (
        rows.groupBy(sql.expr(side).alias("side"))
        .agg(
            sql.count("*").alias("row_count"),
            *(sql.sum(name).alias(f"sum_{name}") for name in names),
            *(
                sql.sum(sql.expr(f"{one} * {two}")).alias(f"{one}_{two}")
                for one in names
                for two in names
            ),
        )
        .collect()
    )
    return found


def _sums_by_cluster(
    rows: DataFrame, names: Sequence[str], centroids: Matrix
) -> tuple[Matrix, Matrix]:
    """Return how many rows are nearest to each centroid, and their sums, (clusters, columns)."""
    squares = [
        " + ".join(
            f"({name} - {float(value)!r}D) * ({name} - {float(value)!r}D)"
            for name, value in zip(names, centroid, strict=True)
        )
        for centroid in centroids
    ]
    distances = f"array({', '.join(squares)})"
    labelled = rows.withColumn(
        "cluster", sql.expr(f"array_position({distances}, array_min({distances}))")
    )
    found = labelled.groupBy("cluster").agg(
        sql.count("*").alias("row_count"), *(sql.sum(name).alias(name) for name in names)
    )
    counts, sums = np.zeros(len(centroids)), np.zeros(centroids.shape)
    for row in found.collect():
        place = int(row["cluster"]) - 1
        counts[place] = row["row_count"]
        sums[place] = [row[name] for name in names]
    return counts, sums


def _table(session: Any, matrix: Matrix, names: Sequence[str]) -> DataFrame:
    """Return a matrix with a row an item as a small table."""
    columns = {name: matrix[:, number] for number, name in enumerate(names)}
    return session.createDataFrame(pa.table({"item": range(len(matrix)), **columns}))
