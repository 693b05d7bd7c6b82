"""The gate: what a new model is worth, and whether it may replace the one before it.

A label must keep its meaning, so a refit has to earn its place: its segments come back when
customers come and go, none is tiny or huge, and few customers change label because of it.
"""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from customer_segments.fitting.clustering import Labels, Matrix, nearest
from customer_segments.fitting.customers import Customers
from customer_segments.fitting.labels import crossed, overlap_of_ids
from customer_segments.fitting.segment_model import NO_TASTE, PARAMETER_COLUMNS, SegmentModel
from customer_segments.fitting.settings import Settings
from customer_segments.judging.confidence import calibration, fit_curve, left_out_confidence
from customer_segments.judging.diagnostics import inertia
from customer_segments.judging.health import population_rows
from customer_segments.judging.plain_kmeans import clearest_groups, plain_tightness, silhouette
from customer_segments.judging.rules import BOUNDS, behaviour_rules
from customer_segments.judging.stability import LABELINGS, Stability, at_most, measure_stability

LIBRARIES = ("duckdb", "numpy", "scikit-learn", "scipy")

Row = dict[str, object]


@dataclass(frozen=True)
class Gate:
    """Floors and bounds of a refit, and how its stability is measured; named as the variables."""

    stability_min: float
    segment_jaccard_min: float
    segment_min_relative_size: float
    segment_max_share: float
    refit_max_changed_share: float
    stability_repeat_count: int
    stability_customer_limit: int


@dataclass(frozen=True)
class Judgement:
    """What was measured of a model, as rows of its table, and why it is no good, if anything."""

    rows: list[Row]
    problems: list[str]


def judge_model(
    model: SegmentModel,
    customers: Customers,
    settings: Settings,
    gate: Gate,
    *,
    before: SegmentModel | None = None,
    customer_count: int | None = None,
) -> Judgement:
    """Measure a model that was fitted to the customers, or to `customer_count` of whom these are.

    `before` is the model whose labels are to be kept, and whose cluster ids `model` has.

    Rows of axis `model` say what was fitted; `stability_mean`, `stability_p10` and `jaccard` are
    measured (see `measure_stability`), and `shared_customers` counts the customers of a cluster
    (cluster_id) who were in the cluster before (component). `curve_margin` and `curve_agreed` are
    the points (component) of the confidence curves, `calibration_...` their check by bins
    (component, see `confidence`). Of each axis' KMeans: `step_count`, `is_converged` (0 or 1),
    `inertia` and `silhouette`, and the same of plain KMeans beside it (see `plain_kmeans`). What
    the model remembers of the customers follows (see `health`).
    """
    labels = model.predict(customers)
    stability = measure_stability(
        customers,
        model,
        settings,
        repeat_count=gate.stability_repeat_count,
        customer_limit=gate.stability_customer_limit,
    )
    shares = _shares(model, labels)
    fitted = {
        "customer_count": customer_count or len(customers),
        "item_count": len(model.taste.stock_codes),
        "behaviour_cluster_count": len(model.behaviour.centroids),
        "taste_cluster_count": len(model.taste.centroids),
        "smallest_segment_share": shares.min(),
        "largest_segment_share": shares.max(),
        "random_seed": settings.seed,
    }
    judgement = Judgement(
        [
            *(_row("model", name, value=value) for name, value in fitted.items()),
            _row("model", "library_versions", text=_library_versions()),
            *_stability_rows(stability, model, labels),
            *_confidence_rows(stability, settings.seed),
            *_kmeans_rows(model, customers, settings, gate, stability),
            *population_rows(customers, model),
        ],
        list(_problems(stability, model, labels, shares, gate)),
    )
    if before is None:
        return judgement
    changes = _changes(before, model, customers, labels, gate)
    return Judgement(judgement.rows + changes.rows, judgement.problems + changes.problems)


def decide(
    judgement: Judgement,
    model: SegmentModel,
    seed: int,
    *,
    is_comparable: bool = False,
    is_forced: bool = False,
) -> pd.DataFrame:
    """Accept or refuse a model; return all its rows, in the columns PARAMETER_COLUMNS.

    The gate may refuse only a fit that `is_comparable`, made with the settings of the model before;
    and not one that `is_forced`. The first model, or one with other settings, is accepted: there is
    none to go on with.

    After the rows of the judgement, `decision` and `decision_reason` say what was decided. Then,
    unless it was refused, `rule_...` are the bounds of the boxes (component) of a behaviour cluster
    (see `rules`), and the parameters of both axes follow.
    """
    is_refused = bool(judgement.problems) and is_comparable and not is_forced
    reason = "; ".join(judgement.problems) or "within all bounds"
    rows = [
        *judgement.rows,
        _row("model", "decision", text="refused" if is_refused else "accepted"),
        _row("model", "decision_reason", text=reason),
    ]
    if is_refused:
        return pd.DataFrame(rows, columns=PARAMETER_COLUMNS)
    rows += _rule_rows(model, seed)
    table = pd.DataFrame(rows, columns=PARAMETER_COLUMNS)
    return pd.concat([table, model.to_table()], ignore_index=True)


def _changes(
    before: SegmentModel, model: SegmentModel, customers: Customers, labels: Labels, gate: Gate
) -> Judgement:
    """Return whom the model puts elsewhere than the one before it."""
    old_labels = before.predict(customers)
    changed = float((old_labels != labels).any(axis=1).mean())
    agreement = adjusted_rand_score(crossed(old_labels), crossed(labels))
    rows = [
        _row("model", "changed_customer_share", value=changed),
        _row("model", "adjusted_rand_index", value=agreement),
        *_shared_rows(before, model, old_labels, labels),
    ]
    if changed <= gate.refit_max_changed_share:
        return Judgement(rows, [])
    problem = (
        f"{changed:.1%} of customers would change segment without a change in behaviour, "
        f"at most {gate.refit_max_changed_share:.1%} may (refit_max_changed_share; "
        "rpt_model_health says whether to take it, with refit: force)"
    )
    return Judgement(rows, [problem])


def _names(model: SegmentModel, labels: Labels) -> tuple[list[str], list[str], list[str]]:
    """Return the names of the clusters and segments that have customers, in their order."""
    behaviour, taste = (np.unique(column).tolist() for column in labels.T)
    segments = np.unique(labels, axis=0).tolist()
    return (
        [f"B{cluster}" for cluster in behaviour],
        [f"T{cluster}" for cluster in taste],
        [f"B{first}" + (f"T{second}" if second != NO_TASTE else "") for first, second in segments],
    )


def _shares(model: SegmentModel, labels: Labels) -> Matrix:
    """Return the share of customers of each pair of a behaviour and a taste, empty ones too."""
    behaviour, taste = labels.T
    together = overlap_of_ids(model.behaviour_ids, behaviour, model.taste_ids, taste)
    return np.asarray(together.ravel() / len(labels), dtype=np.float64)


def _stability_rows(stability: Stability, model: SegmentModel, labels: Labels) -> Iterable[Row]:
    if len(stability.agreement) == 0:
        return
    for axis, agreement, jaccard, names in zip(
        LABELINGS, stability.agreement.T, stability.jaccard, _names(model, labels), strict=True
    ):
        yield _row(axis, "stability_mean", value=agreement.mean())
        yield _row(axis, "stability_p10", value=np.quantile(agreement, 0.1))
        for name, value in zip(names, jaccard, strict=True):
            yield _row(axis, "jaccard", feature=name, value=value)


def _confidence_rows(stability: Stability, seed: int) -> Iterable[Row]:
    """Yield the points of each axis' curve, and how confidences of customers left out came true."""
    if len(stability.agreed) == 0:
        return
    for axis, margins, agreed in zip(
        LABELINGS[:2], stability.margins.T, stability.agreed.T[:2], strict=True
    ):
        curve = fit_curve(margins, agreed)
        for point, (margin, share) in enumerate(zip(curve.margins, curve.shares, strict=True), 1):
            yield _row(axis, "curve_margin", component=point, value=margin)
            yield _row(axis, "curve_agreed", component=point, value=share)
    confidence = left_out_confidence(stability.margins, stability.agreed, seed)
    for axis, ours, agreed in zip(LABELINGS, confidence.T, stability.agreed.T, strict=True):
        for number, found in enumerate(calibration(ours, agreed), 1):
            for name, value in vars(found).items():
                yield _row(axis, f"calibration_{name}", component=number, value=value)


def _kmeans_rows(
    model: SegmentModel,
    customers: Customers,
    settings: Settings,
    gate: Gate,
    stability: Stability,
) -> Iterable[Row]:
    """Yield how KMeans ended on each axis, and plain KMeans beside it."""
    for axis, end in zip(LABELINGS, model.convergence or (), strict=False):
        yield _row(axis, "step_count", value=end.step_count)
        yield _row(axis, "is_converged", value=float(end.is_converged))
    part = at_most(customers, gate.stability_customer_limit, settings.seed)
    for number, (axis, places, found) in enumerate(
        zip(LABELINGS, model.transform(part), model.distances(part), strict=False)
    ):
        count = found.shape[1]
        if count == 1:
            continue  # one cluster is the same however it is found
        labels = nearest(found)
        yield _row(axis, "inertia", value=inertia(places, labels))
        yield _row(axis, "silhouette", value=silhouette(places, labels))
        for name, value in plain_tightness(places, count, settings.seed).items():
            yield _row(axis, name, value=value)
        if len(stability.plain_agreement):
            come_back = stability.plain_agreement[:, number].mean()
            yield _row(axis, "plain_stability", value=come_back)
        if axis == "behaviour":
            group_count, best = clearest_groups(places, settings.seed)
            yield _row(axis, "clearest_group_count", value=group_count)
            yield _row(axis, "clearest_group_silhouette", value=best)


def _rule_rows(model: SegmentModel, seed: int) -> Iterable[Row]:
    """Yield the bounds of each box of the rules, null where there is none."""
    boxes = behaviour_rules(model.behaviour, model.behaviour_ids, seed)
    for box in boxes.to_dict("records"):
        for bound in BOUNDS:
            yield _row(
                "behaviour",
                f"rule_{bound}",
                component=box["box_number"],
                cluster_id=box["cluster_id"],
                value=box[bound],
            )


def _problems(
    stability: Stability, model: SegmentModel, labels: Labels, shares: Matrix, gate: Gate
) -> Iterable[str]:
    """Yield why the fit is no good by itself."""
    if len(stability.agreement) == 0:
        yield "too few customers to measure stability"
    else:
        behaviour, taste, agreement = stability.agreement.mean(axis=0)
        if agreement < gate.stability_min:
            yield (
                f"refits to part of the customers agree by {agreement:.2f} (adjusted Rand index; "
                f"behaviours by {behaviour:.2f}, tastes by {taste:.2f}), at least "
                f"{gate.stability_min:.2f} is asked for (stability_min)"
            )
        dissolving = [
            f"{name} {value:.2f}"
            for name, value in zip(_names(model, labels)[2], stability.jaccard[2], strict=True)
            if value < gate.segment_jaccard_min
        ]
        if dissolving:
            yield (
                f"segments dissolve, a refit finds {', '.join(dissolving)} of them (Jaccard "
                f"index), at least {gate.segment_jaccard_min:.2f} is asked for "
                "(segment_jaccard_min)"
            )
    least = gate.segment_min_relative_size / len(shares)
    if shares.min() < least:
        yield (
            f"the smallest of {len(shares)} segments holds {shares.min():.1%} of customers, at "
            f"least {least:.1%} is asked for (segment_min_relative_size)"
        )
    if shares.max() > gate.segment_max_share:
        yield (
            f"the largest segment holds {shares.max():.1%} of customers, at most "
            f"{gate.segment_max_share:.1%} may (segment_max_share)"
        )


def _shared_rows(
    before: SegmentModel, model: SegmentModel, old_labels: Labels, labels: Labels
) -> Iterable[Row]:
    """Yield how many customers each cluster took from each one before."""
    axes = (
        ("behaviour", before.behaviour_ids, model.behaviour_ids),
        ("taste", before.taste_ids, model.taste_ids),
    )
    for column, (axis, old_ids, new_ids) in enumerate(axes):
        together = overlap_of_ids(new_ids, labels[:, column], old_ids, old_labels[:, column])
        for row, column_of in zip(*np.nonzero(together), strict=True):
            yield _row(
                axis,
                "shared_customers",
                component=int(old_ids[column_of]),
                cluster_id=int(new_ids[row]),
                value=together[row, column_of],
            )


def _library_versions() -> str:
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    return ", ".join([f"python {platform.python_version()}", *libraries])


def _row(axis: str, parameter: str, **values: object) -> Row:
    return {"axis": axis, "parameter": parameter, **values}
