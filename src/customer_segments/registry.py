"""The table of fitted models: what a build adds to it, if anything.

Relations come in unread, so a build that fits nothing reads two small tables and imports no
scikit-learn.
"""

from typing import Any

import pandas as pd
import pyarrow as pa

from customer_segments.relations import count_rows, fit_segments, read, read_customers

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
    *,
    request: Any,
    stored: Any,
    features: Any,
    counts: Any,
    settings: dict[str, Any],
    fit_limit: int,
    count_rule: dict[str, Any],
    gate: dict[str, Any],
) -> pa.Table:
    """Return the rows of the model that `request` asks for, none when it asks for none.

    All four are relations of dbt: `request` is ml_fit_decision, one row; `stored` the rows so
    far; `features` and `counts` are what a fit sees. `settings` are those of
    `segment_model.Settings`, where a number of clusters may be `auto`; then `axes.choose_counts`
    takes one by `count_rule`. `gate` are those of `model_gate.Gate`. Beyond `fit_limit` customers a
    sample is read: `sampled_fit` fits to all. A version that is stored already is not fitted again.
    """
    [asked] = read(request).to_dict("records")
    number = int(asked["model_version"])
    if not asked["is_fit"] or len(read(stored, where=f"model_version = {number}")):
        return SCHEMA.empty_table()

    from customer_segments.fitting.segment_model import Settings
    from customer_segments.judging.axes import choose_counts
    from customer_segments.judging.gate import Gate, fit_model

    compared = asked["compared_model_version"]
    before = None if pd.isna(compared) else read(stored, where=f"model_version = {int(compared)}")
    clusters = read(stored, where="parameter = 'centroid'").groupby("axis")["cluster_id"].max()
    customers = read_customers(
        features,
        counts,
        fit_limit=fit_limit,
        sample_limit=max(gate["stability_customer_limit"], count_rule["customer_limit"]),
        seed=settings["random_seed"],
    )
    chosen = Settings(**choose_counts(customers, settings, **count_rule))
    rows = fit_model(
        customers,
        chosen,
        Gate(**gate),
        fitted=fit_segments(features, counts, chosen, customers),
        customer_count=count_rows(features),
        stored=before,
        used_ids=(int(clusters.get("behaviour", 0)), int(clusters.get("taste", 0))),
        is_comparable=bool(asked["is_comparable"]),
        is_forced=bool(asked["is_forced"]),
    )
    facts = [
        {"axis": "model", "parameter": "fit_reason", "text": asked["fit_reason"]},
        {"axis": "model", "parameter": "as_of_date", "text": str(asked["as_of_date"])[:10]},
        {"axis": "model", "parameter": "settings", "text": asked["settings"]},
    ]
    if before is not None:
        facts.append({"axis": "model", "parameter": "compared_model_version", "value": compared})
    table = pd.concat([pd.DataFrame(facts), rows], ignore_index=True).assign(model_version=number)
    return pa.Table.from_pandas(
        table.reindex(columns=SCHEMA.names), schema=SCHEMA, preserve_index=False
    )
