"""The registry of fitted models: those that are kept, and the one that a build adds, if any.

Relations come in unread, so a build that fits nothing reads two small tables and imports no
scikit-learn.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from customer_segments.relations import count_rows, is_spark, read

if TYPE_CHECKING:
    from customer_segments.fitting.segment_model import SegmentModel
    from customer_segments.fitting.settings import Settings

# The columns of ml_kmeans_parameters; segment_model.PARAMETER_COLUMNS without the version.
SCHEMA = pa.schema(
    [
        ("model_version", pa.int64()),
        ("axis", pa.string()),
        ("parameter", pa.string()),
        ("feature", pa.string()),
        ("component", pa.int64()),
        ("cluster_id", pa.int64()),
        ("value", pa.float64()),
        ("text", pa.string()),
    ]
)


def add_model(
    *, request: Any, stored: Any, features: Any, counts: Any, settings: dict[str, Any]
) -> pa.Table:
    """Return the rows of all stored models, and of the model that `request` asks for.

    All four are relations of dbt: `request` is ml_fit_decision, one row; `stored` the rows so
    far; `features` and `counts` are what a fit sees. `settings` are those of ml_kmeans_parameters:
    `fit` for Settings, `customers` for read_customers, `cluster_counts` for CountRule and `gate`
    for Gate. A version that is stored already is not fitted again, and nothing is fitted to nobody
    (`dbt build --empty`).
    """
    before_rows = _table(read(stored))
    decision = read(request).to_dict("records")
    if not decision or not decision[0]["is_fit"] or not count_rows(features):
        return before_rows
    [asked] = decision
    number = int(asked["model_version"])
    if number in before_rows["model_version"].to_pylist():
        return before_rows

    from customer_segments.fitting.batched_fit import fit_batched
    from customer_segments.fitting.customers import read_customers
    from customer_segments.fitting.segment_model import fit_segments
    from customer_segments.fitting.settings import Settings
    from customer_segments.judging.cluster_counts import CountRule, choose_counts
    from customer_segments.judging.gate import Gate, decide, judge_model

    customers = read_customers(features, counts, **settings["customers"])
    rule = CountRule(**settings["cluster_counts"])
    chosen = choose_counts(customers, Settings(**settings["fit"]), rule)
    customer_count = count_rows(features)
    if is_spark(features):
        from customer_segments.fitting.spark_fit import fit_on_spark

        model = fit_on_spark(features, counts, chosen)
    elif len(customers) < customer_count:
        model = fit_batched(features, counts, chosen, customers)
    else:
        model = fit_segments(customers, chosen)
    compared = asked["compared_model_version"]
    before = _model(stored, compared, chosen)
    if before:
        model = model.matched(before, customers, _used_ids(stored))
    judgement = judge_model(
        model,
        customers,
        chosen,
        Gate(**settings["gate"]),
        before=before,
        customer_count=customer_count,
    )
    rows = decide(
        judgement,
        model,
        chosen.seed,
        is_comparable=bool(asked["is_comparable"]),
        is_forced=bool(asked["is_forced"]),
    )
    new_rows = pd.concat([_facts(asked), rows], ignore_index=True).assign(model_version=number)
    return pa.concat_tables([before_rows, _table(new_rows)])


def _model(stored: Any, version: Any, settings: "Settings") -> "SegmentModel | None":
    """Return a model as it is stored, None for no version."""
    from customer_segments.fitting.segment_model import SegmentModel

    if pd.isna(version):
        return None
    rows = read(stored, where=f"model_version = {int(version)}")
    return SegmentModel.from_table(rows, settings.behaviour.units)


def _used_ids(stored: Any) -> tuple[int, int]:
    """Return the largest id of a cluster that any model ever had, of behaviour and of taste."""
    largest = read(stored, where="parameter = 'centroid'").groupby("axis")["cluster_id"].max()
    return int(largest.get("behaviour", 0)), int(largest.get("taste", 0))


def _facts(asked: dict[Any, Any]) -> pd.DataFrame:
    """Return the rows that say what was asked for."""
    rows = [
        {"axis": "model", "parameter": "fit_reason", "text": asked["fit_reason"]},
        {"axis": "model", "parameter": "as_of_date", "text": str(asked["as_of_date"])[:10]},
        {"axis": "model", "parameter": "settings", "text": asked["settings"]},
    ]
    compared = asked["compared_model_version"]
    if not pd.isna(compared):
        rows.append({"axis": "model", "parameter": "compared_model_version", "value": compared})
    return pd.DataFrame(rows)


def _table(rows: pd.DataFrame) -> pa.Table:
    """Return rows of models as their table has them."""
    rows = rows.reindex(columns=SCHEMA.names)
    return pa.Table.from_pandas(rows, schema=SCHEMA, preserve_index=False)
