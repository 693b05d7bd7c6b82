"""What the next 90 days are expected to bring, and how far off such forecasts were."""

from customer_segments.report import words
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Column, Figure, Spec
from customer_segments.report.segments import pairs_chart
from customer_segments.report.vega import COLOUR, HALO, along, chart, down, text

DAYS = 90
NAMES = {
    "model": "Model",
    "long run rate": "Rate since first order",
    "last 90 days": "Last 90 days again",
    "mean": "Mean of the three",
}


def _name(method: str) -> str:
    base, _, season = method.partition(", ")
    return NAMES[base] + (", seasonal" if season else "")


def expected(database: Database, segments: list[Row]) -> Figure | None:
    """Return what each segment is expected to spend; None where nothing is expected."""
    values = {row["segment_id"]: row for row in database.rows("value")}
    rows = [segment | values[segment["segment_id"]] for segment in segments]
    shares: dict[str, float] = {}
    for row in rows:
        name = row["behaviour_name"]
        shares[name] = shares.get(name, 0) + row["expected_spend_share"]
    if not any(shares.values()):
        return None
    most = max(shares, key=shares.__getitem__)
    fields = ("net_sales_last_90d", "expected_spend")
    return Figure(
        key="value",
        title=f"{most} should bring {words.about(shares[most])} of the next {DAYS} days' sales",
        description="Bars of each segment's net sales of the last 90 days and those expected next.",
        note="Less than two years of data hold no season: after a peak expectations lie below "
        "the last days by design. Compare segments with each other, and take the total from the "
        "plan of the year. The table says what the forecast of the last 90 days was off by, of "
        "those in the segment when they began.",
        columns=[
            Column("segment_name", "Segment"),
            Column("customer_count", "Customers", "count"),
            Column("net_sales_last_90d", f"Last {DAYS} days", "amount"),
            Column("expected_spend", f"Next {DAYS} days", "amount"),
            Column("expected_spend_share", "of all", "percent_points"),
            Column("expected_orders_90d", "Orders expected", "count"),
            Column("backtest_bias", "Last one off by", "percent_points"),
        ],
        rows=rows,
        wide=pairs_chart(rows, fields, ".3~s", narrow=False),
        narrow=pairs_chart(rows, fields, ".3~s", narrow=True),
    )


def forecasts(database: Database) -> list[Figure]:
    """Return how well forecasts of the last 90 days ranked customers, and hit their total."""
    rows = [
        row
        | {
            "name": _name(row["method"]),
            "colour": "var(--accent)" if row["is_chosen"] else "var(--other)",
            "none": 0,
        }
        for row in database.rows("forecasts")
        if row["gini"] is not None and row["total_bias"] is not None
    ]
    if not rows:
        return []
    columns = [
        Column("name", "Forecast"),
        Column("gini", "Ranking (Gini)", "ratio"),
        Column("total_bias", "Total against truth", "percent_points"),
        Column("total_bias_low", "from", "percent_points"),
        Column("total_bias_high", "to (95 %)", "percent_points"),
        Column("mean_absolute_error", "Off by, per customer", "amount"),
    ]
    gini = _dots_chart(rows, "gini", "format(datum.gini, '.2f')")
    bias = _dots_chart(rows, "total_bias", "format(datum.total_bias, '+.0%')")
    return [
        Figure(
            key="forecast-gini",
            title="Who will spend?",
            description="How well each forecast ranked customers: 1 is the best order, 0 chance.",
            columns=columns,
            rows=rows,
            wide=gini,
            narrow=gini,
        ),
        Figure(
            key="forecast-total",
            title="How much in all?",
            description="How far each forecast's total was from what came; the line is no error.",
            columns=columns,
            rows=rows,
            wide=bias,
            narrow=bias,
        ),
    ]


def verdict(figures: list[Figure]) -> str:
    """Return which forecast is published, what is no worse, and how far off its totals were."""
    rows = figures[0].rows if figures else []
    chosen = next((row for row in rows if row["is_chosen"]), None)
    if chosen is None:
        return ""
    against = [
        f"{said}: {words.listed(names)}"
        for verdict, said in (("better", "clearly better"), ("tied", "tied"))
        if (names := [_in_text(row) for row in rows if row["verdict"] == verdict])
    ]
    if all(row["verdict"] == "worse" for row in rows if row is not chosen):
        against = ["clearly better than the others"]
    low, high = (
        words.percent_points(chosen[key]) for key in ("lowest_total_bias", "highest_total_bias")
    )
    cutoffs = words.plural(chosen["cutoff_count"], "cutoff")
    range_ = low if low == high else f"{low} to {high}"
    next_to = f" ({'; '.join(against)})" if against else ""
    return f"Published by {cutoffs}: {_in_text(chosen)}{next_to}; totals were off by {range_}"


def _in_text(row: Row) -> str:
    name: str = row["name"]
    return f"the {name[0].lower()}{name[1:]}"


def _dots_chart(rows: list[Row], field: str, figure: str) -> Spec:
    """Draw a dot a forecast, and a line at 0."""
    values = [0.0, *(row[field] for row in rows)]
    scale = {"domain": [min(values), max(values)], "nice": False, "padding": 26}
    axis = {"title": None, "labels": False, "tickCount": 3, "grid": True}
    y = {**down("name", narrow=False), "scale": {"padding": 0.6}}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeDash": [4, 4], "stroke": "var(--quiet)"},
            "encoding": {"x": {**along("none", scale, axis=axis), "aggregate": "max"}},
        },
        {
            "mark": {"type": "circle", "size": 120, "opacity": 1},
            "encoding": {
                "y": y,
                "x": along(field, scale, axis=axis),
                "color": COLOUR,
                "tooltip": {"field": "figure"},
            },
        },
        text(y, "figure", along(field, scale, axis=axis), align="center", dy=-13, **HALO),
    ]
    labels = {"calculate": figure, "as": "figure"}
    return chart(44 * len(rows), *layers, right=16, transform=[labels])
