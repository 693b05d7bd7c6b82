"""A fit and its gate: what a new model is worth, and whether it may replace the stored one.

A label must keep its meaning, so a refit has to earn its place: its segments come back when
customers come and go, none is tiny or huge, and few customers change label because of it.
"""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score

from customer_segments.backtesting.outcomes import (
    Rows,
    best_jaccard,
    match_labels,
    overlap,
    overlap_of_ids,
    subsample_agreement,
)
from customer_segments.fitting.clustering import Labels, Matrix
from customer_segments.fitting.segment_model import (
    PARAMETER_COLUMNS,
    Customers,
    SegmentModel,
    Settings,
    crossed,
    fit_segments,
)
from customer_segments.judging.confidence import calibration, fit_curve, left_out_confidence
from customer_segments.judging.rules import BOUNDS, behaviour_rules

LABELINGS = ("behaviour", "taste", "segment")
LIBRARIES = ("duckdb", "numpy", "scikit-learn", "scipy")


@dataclass(frozen=True)
class Gate:
    """Floors and bounds of a refit, and how its stability is measured."""

    stability_min: float
    segment_jaccard_min: float
    segment_min_share: float
    segment_max_share: float
    refit_max_changed_share: float
    stability_repeat_count: int
    stability_customer_limit: int


@dataclass(frozen=True)
class Stability:
    """Agreement of refits to subsamples, (repeats, 3) for LABELINGS, and Jaccard by cluster.

    `agreed` is the share of all refits, two a repeat, that give a customer the model's label,
    (customers, 3), and `margins` is how far these customers are from the border, (customers, 2).
    No rows where the customers are too few for a refit to four fifths of them.
    """

    agreement: Matrix
    jaccard: tuple[Matrix, Matrix, Matrix]
    agreed: Matrix
    margins: Matrix


def fit_model(
    customers: Customers,
    settings: Settings,
    gate: Gate,
    *,
    fitted: SegmentModel | None = None,
    customer_count: int | None = None,
    stored: pd.DataFrame | None = None,
    used_ids: tuple[int, int] = (0, 0),
    is_comparable: bool = False,
    is_forced: bool = False,
) -> pd.DataFrame:
    """Fit a model to the customers and pass it through the gate; return its rows.

    A model that is `fitted` already, to `customer_count` customers of whom these are a sample, only
    passes the gate. `stored` has the parameters of the model whose labels are to be kept, in the
    columns PARAMETER_COLUMNS; up to `used_ids` are those of behaviours and tastes of any model
    before, so that none is used again. The gate may refuse only a fit that `is_comparable`, made
    with the settings of the stored model; and not one that `is_forced`. The first model, or one
    with other settings, is accepted: there is none to go on with.

    Rows of axis `model` say what was fitted and decided; rows of `behaviour` and `taste` are the
    parameters, left out when it was refused; `stability_mean`, `stability_p10` and `jaccard` are
    measured (see `measure_stability`), and `shared_customers` counts the customers of a cluster
    (cluster_id) who were in the stored cluster (component). `curve_margin` and `curve_agreed` are
    the points (component) of the confidence curves, `calibration_...` their check by bins
    (component, see `confidence`), and `rule_...` the bounds of the boxes (component) of a behaviour
    cluster, left out with the parameters (see `rules`).

    Raises ValueError when there are too few customers or items for a fit.
    """
    model = fitted or fit_segments(customers, settings)
    old = None if stored is None or stored.empty else SegmentModel.from_table(stored)
    if old is not None:
        model = model.matched(old, customers, used_ids)
    labels = model.labels(customers)
    stability = measure_stability(customers, model, settings, gate)
    shares = _shares(model, labels)
    rows = [
        _row("model", "customer_count", value=customer_count or len(customers)),
        _row("model", "item_count", value=len(model.taste.stock_codes)),
        _row("model", "behaviour_cluster_count", value=settings.behaviour_cluster_count),
        _row("model", "taste_cluster_count", value=settings.taste_cluster_count),
        _row("model", "smallest_segment_share", value=shares.min()),
        _row("model", "largest_segment_share", value=shares.max()),
        _row("model", "random_seed", value=settings.random_seed),
        _row("model", "library_versions", text=_library_versions()),
        *_stability_rows(stability, model, labels),
        *_confidence_rows(stability, settings.random_seed),
    ]
    problems = list(_problems(stability, model, labels, shares, gate))
    if old is not None:
        before = old.labels(customers)
        changed = float((before != labels).any(axis=1).mean())
        agreement = adjusted_rand_score(crossed(before), crossed(labels))
        rows += [
            _row("model", "changed_customer_share", value=changed),
            _row("model", "adjusted_rand_index", value=agreement),
            *_shared_rows(old, model, before, labels),
        ]
        if changed > gate.refit_max_changed_share:
            problems.append(
                f"{changed:.1%} of customers would change segment without a change in behaviour, "
                f"at most {gate.refit_max_changed_share:.1%} may (refit_max_changed_share)"
            )
    is_refused = bool(problems) and is_comparable and not is_forced
    rows += [
        _row("model", "decision", text="refused" if is_refused else "accepted"),
        _row("model", "decision_reason", text="; ".join(problems) or "within all bounds"),
    ]
    if is_refused:
        return pd.DataFrame(rows, columns=PARAMETER_COLUMNS)
    rows += _rule_rows(model, settings.random_seed)
    table = pd.DataFrame(rows, columns=PARAMETER_COLUMNS)
    return pd.concat([table, model.to_table()], ignore_index=True)


def measure_stability(
    customers: Customers, model: SegmentModel, settings: Settings, gate: Gate
) -> Stability:
    """Return how surely the labels come back when everything is refitted to part of the customers.

    Each repeat draws two independent 80 % subsamples (`metrics.subsample_agreement`); Jaccard
    compares the clusters of each with those of the model. Beyond `stability_customer_limit`
    customers a seeded sample stands for all: fewer customers are less stable, so it errs low.
    """
    if len(customers) > gate.stability_customer_limit:
        random = np.random.default_rng(settings.random_seed)
        customers = customers.part(
            np.sort(random.choice(len(customers), gate.stability_customer_limit, replace=False))
        )
    reference = _three(model.labels(customers))

    def one_repeat(repeat: int) -> tuple[Matrix, list[list[Matrix]], Matrix] | None:
        found: list[list[Matrix]] = []
        agreed = np.zeros((len(customers), len(LABELINGS)))

        def label_subsample(rows: Rows) -> Labels:
            refit = fit_segments(customers.part(rows), settings).labels(customers)
            agreed[:] += _agrees(reference, refit)
            labels = _three(refit[rows])
            found.append(
                [
                    best_jaccard(overlap(ours, theirs, reference[:, n].max(), theirs.max()))
                    for n, (ours, theirs) in enumerate(
                        zip(reference[rows].T, labels.T, strict=True)
                    )
                ]
            )
            return labels

        try:
            return subsample_agreement(label_subsample, len(customers), repeat), found, agreed
        except ValueError:  # too few customers who differ
            return None

    repeats = Parallel(n_jobs=-1, prefer="threads")(
        delayed(one_repeat)(repeat) for repeat in range(gate.stability_repeat_count)
    )
    measured = [repeat for repeat in repeats if repeat is not None]
    if not measured:
        none = np.empty(0)
        return Stability(np.empty((0, 3)), (none, none, none), np.empty((0, 3)), np.empty((0, 2)))
    jaccard = [part for _, parts, _ in measured for part in parts]
    behaviour, taste, segment = (
        np.mean([part[n] for part in jaccard], axis=0) for n in range(len(LABELINGS))
    )
    return Stability(
        np.array([agreement for agreement, _, _ in measured]),
        (behaviour, taste, segment),
        np.sum([agreed for _, _, agreed in measured], axis=0) / len(jaccard),
        model.margins(customers),
    )


def _agrees(reference: Labels, refit: Labels) -> NDArray[np.bool_]:
    """Return whether a refit gives the labels of `reference` again, (customers, 3).

    Clusters of a refit go by other numbers, so they are first matched to those of the reference.
    """
    axes = np.column_stack(
        [
            match_labels(ours, theirs) == ours
            for ours, theirs in zip(reference.T[:2], refit.T, strict=True)
        ]
    )
    return np.column_stack([axes, axes.all(axis=1)])


def _three(labels: Labels) -> Labels:
    """Return behaviour, taste and crossed labels, each from 1 without gaps, (customers, 3)."""
    axes = [np.unique(column, return_inverse=True)[1] + 1 for column in labels.T]
    return np.column_stack([*axes, crossed(labels)])


def _names(model: SegmentModel, labels: Labels) -> tuple[list[str], list[str], list[str]]:
    """Return the names of the clusters and segments that have customers, in their order."""
    behaviour, taste = (np.unique(column).tolist() for column in labels.T)
    segments = np.unique(labels, axis=0).tolist()
    return (
        [f"B{cluster}" for cluster in behaviour],
        [f"T{cluster}" for cluster in taste],
        [f"B{first}T{second}" for first, second in segments],
    )


def _shares(model: SegmentModel, labels: Labels) -> Matrix:
    """Return the share of customers of each pair of a behaviour and a taste, empty ones too."""
    behaviour, taste = labels.T
    together = overlap_of_ids(model.behaviour_ids, behaviour, model.taste_ids, taste)
    return np.asarray(together.ravel() / len(labels), dtype=np.float64)


def _stability_rows(
    stability: Stability, model: SegmentModel, labels: Labels
) -> Iterable[dict[str, object]]:
    if len(stability.agreement) == 0:
        return
    for axis, agreement, jaccard, names in zip(
        LABELINGS, stability.agreement.T, stability.jaccard, _names(model, labels), strict=True
    ):
        yield _row(axis, "stability_mean", value=agreement.mean())
        yield _row(axis, "stability_p10", value=np.quantile(agreement, 0.1))
        for name, value in zip(names, jaccard, strict=True):
            yield _row(axis, "jaccard", feature=name, value=value)


def _confidence_rows(stability: Stability, seed: int) -> Iterable[dict[str, object]]:
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


def _rule_rows(model: SegmentModel, seed: int) -> Iterable[dict[str, object]]:
    """Yield the bounds of each box of the rules, null where there is none."""
    parameters = model.to_table()
    boxes = behaviour_rules(parameters[parameters["axis"] == "behaviour"], seed)
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
        agreement = stability.agreement[:, 2].mean()
        if agreement < gate.stability_min:
            yield (
                f"refits to part of the customers agree by {agreement:.2f} (adjusted Rand index), "
                f"at least {gate.stability_min:.2f} is asked for (stability_min)"
            )
        for name, value in zip(_names(model, labels)[2], stability.jaccard[2], strict=True):
            if value < gate.segment_jaccard_min:
                yield (
                    f"segment {name} dissolves: a refit finds {value:.2f} of it (Jaccard index), "
                    f"at least {gate.segment_jaccard_min:.2f} is asked for (segment_jaccard_min)"
                )
    if shares.min() < gate.segment_min_share:
        yield (
            f"the smallest segment holds {shares.min():.1%} of customers, at least "
            f"{gate.segment_min_share:.1%} is asked for (segment_min_share)"
        )
    if shares.max() > gate.segment_max_share:
        yield (
            f"the largest segment holds {shares.max():.1%} of customers, at most "
            f"{gate.segment_max_share:.1%} may (segment_max_share)"
        )


def _shared_rows(
    old: SegmentModel, model: SegmentModel, before: Labels, labels: Labels
) -> Iterable[dict[str, object]]:
    """Yield how many customers each new cluster took from each stored one."""
    axes = (
        ("behaviour", old.behaviour_ids, model.behaviour_ids),
        ("taste", old.taste_ids, model.taste_ids),
    )
    for column, (axis, old_ids, new_ids) in enumerate(axes):
        together = overlap_of_ids(new_ids, labels[:, column], old_ids, before[:, column])
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


def _row(axis: str, parameter: str, **values: object) -> dict[str, object]:
    return {"axis": axis, "parameter": parameter, **values}
