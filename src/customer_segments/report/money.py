"""Money: from all that the files hold to what customers with a segment spent."""

from customer_segments.report import words
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Column, Figure, Spec
from customer_segments.report.vega import COLOUR, along, chart, down, figure_above, text

STEPS = {
    "total": "All lines in the files",
    "unidentified": "No customer number",
    "out_of_scope": "Home country, later dates",
    "non_merchandise": "Postage, fees and services",
    "duplicate": "Repeated lines",
    "other": "Free goods, stock notes, unreadable",
    "cancellation": "Cancelled without a sale",
    "net": "Net sales of these customers",
}
LEDGER_COLUMNS = [
    Column("disposition", "What became of it"),
    Column("reason", "Why"),
    Column("line_count", "Lines", "count"),
    Column("line_value", "Value", "exact_amount"),
]


def money(database: Database) -> Figure:
    amounts = {row["step"]: row for row in database.rows("money_steps")}
    total, net = amounts["total"]["line_value"], amounts["net"]["line_value"]
    rows, level = [], 0.0
    for step, label in STEPS.items():
        if not (row := amounts.get(step)) or (step != "total" and not row["line_count"]):
            continue
        before, level = (
            (0.0 if step == "net" else level),
            (row["line_value"] if step == "net" else level + row["line_value"]),
        )
        rows.append(
            row
            | {
                "label": label,
                "low_value": min(before, level),
                "high_value": max(before, level),
                "figure": ("" if step in ("total", "net") or row["line_value"] <= 0 else "+")
                + words.amount(row["line_value"]),
                "colour": "var(--core-1)" if step == "net" else "var(--bar-strong)",
            }
        )
    return Figure(
        key="money",
        title=f"Of {words.short_amount(total)} in the files, {words.short_amount(net)} are sales "
        "to customers we know",
        description="Steps from the value of all invoice lines down to net sales.",
        columns=[
            Column("label", "Step"),
            Column("line_count", "Lines", "count"),
            Column("line_value", "Value", "exact_amount"),
        ],
        rows=rows,
        wide=_money_chart(rows, narrow=False),
        narrow=_money_chart(rows, narrow=True),
    )


def _money_chart(rows: list[Row], *, narrow: bool) -> Spec:
    """Draw a waterfall from what the files hold down to net sales."""
    highest = max(max(row["low_value"], row["high_value"]) for row in rows) or 1
    scale = {"domain": [min(0, *(row["low_value"] for row in rows)), highest], "nice": False}
    y = down("label", narrow=narrow)
    offset = 10 if narrow else 0
    place = {
        "y": y,
        "x": along("low_value", scale),
        "x2": {"field": "high_value"},
        "color": COLOUR,
        "stroke": COLOUR,  # a step of no width is a line
        "tooltip": {"field": "figure"},
    }
    layers: list[Spec] = [
        {"mark": {"type": "bar", "height": 20, "yOffset": offset}, "encoding": place}
    ]
    if narrow:
        layers.append(text({**y, "bandPosition": 0}, "label", baseline="top"))
        layers.append(figure_above(y, "figure"))
    else:
        layers.append(text(y, "figure", along("high_value", scale), dx=8))
    return chart((50 if narrow else 34) * len(rows), *layers, right=2 if narrow else 100)
