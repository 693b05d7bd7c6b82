"""What segments of an earlier day said about the days after it, next to simpler groups."""

from customer_segments.report import words
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Column, Figure, Spec
from customer_segments.report.vega import COLOUR, HALO, along, chart, down, text

# Measure: the question it answers, and what a group that says nothing gets.
QUESTIONS = {
    "auc": ("Who buys again?", 0.5),
    "gini": ("Who spends most?", 0),
    "eta2_adj": ("How much do they spend?", 0),
    "item_bits": ("What do they buy?", 0),
    "rec_lift": ("Do bestseller lists of the group hit?", 1),
    "rec_lift_shrunk": ("And drawn to those of larger groups?", 1),
}
DESIGNS = {
    "segments": "Segments",
    "rfm": "RFM",
    "country": "Country",
    "sales terciles": "Sales thirds",
    "random": "Chance",
}
RIVALS = ("rfm", "country", "sales terciles")
# Of rpt_segment_backtest: level means that the data cannot tell, not that it is a tie.
VERDICTS = {"segments better": "better", "no clear difference": "level", "segments worse": "worse"}


def backtest(database: Database) -> list[Figure]:
    """Return a chart a question; none where no backtest was run."""
    rows = [
        row | {"name": DESIGNS[row["design"]], "colour": _colour(row["design"])}
        for row in database.rows("backtest")
        if row["design"] in DESIGNS and row["measure"] in QUESTIONS
    ]
    rows.sort(key=lambda row: list(DESIGNS).index(row["design"]))
    figures = []
    for measure, (question, chance) in QUESTIONS.items():
        own = [row for row in rows if row["measure"] == measure]
        if own:
            figures.append(_panel(measure, question, chance, own))
    return figures


def verdict(figures: list[Figure]) -> str:
    """Return in how many questions segments are better than, level with and worse than rivals."""
    parts = []
    for rival in RIVALS:
        verdicts = [
            row["verdict"] for figure in figures for row in figure.rows if row["design"] == rival
        ]
        counted = [
            f"{word} in {verdicts.count(name)}"
            for name, word in VERDICTS.items()
            if name in verdicts
        ]
        if counted:
            parts.append(f"against {_in_text(rival)} {words.listed(counted)}")
    if not parts:
        return ""
    return f"Segments in {len(figures)} questions: {'; '.join(parts)}"


def _in_text(design: str) -> str:
    return "RFM" if design == "rfm" else DESIGNS[design].lower()


def _colour(design: str) -> str:
    return "var(--accent)" if design == "segments" else "var(--other)"


def _panel(measure: str, question: str, chance: float, rows: list[Row]) -> Figure:
    for row in rows:
        row["chance"] = chance
    spec = _panel_chart(rows)
    return Figure(
        key=f"backtest-{measure}",
        title=question,
        description="A dot a way of grouping with its 95% interval; the line is chance.",
        columns=[
            Column("name", "Groups"),
            Column("value", "Value", "ratio"),
            Column("low", "95% from", "ratio"),
            Column("high", "to", "ratio"),
            Column("verdict", "Segments against it"),
        ],
        rows=rows,
        wide=spec,
        narrow=spec,
    )


def _panel_chart(rows: list[Row]) -> Spec:
    """Draw a dot with its interval a design, and a line at chance."""
    values = [value for row in rows for value in (row["low"], row["high"], row["chance"])]
    scale = {"domain": [min(values), max(values)], "nice": True, "zero": False}
    axis = {"title": None, "tickCount": 3, "grid": True}
    y = down("name", narrow=False)
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeDash": [4, 4], "stroke": "var(--quiet)"},
            "encoding": {"x": {**along("chance", scale, axis=axis), "aggregate": "max"}},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 3},
            "encoding": {
                "y": y,
                "x": along("low", scale, axis=axis),
                "x2": {"field": "high"},
                "color": COLOUR,
            },
        },
        {
            "mark": {"type": "circle", "size": 120, "opacity": 1},
            "encoding": {
                "y": y,
                "x": along("value", scale, axis=axis),
                "color": COLOUR,
                "tooltip": {"field": "figure"},
            },
        },
        text(y, "figure", along("value", scale, axis=axis), align="center", dy=-13, **HALO),
    ]
    figure = {"calculate": "format(datum.value, '.2f')", "as": "figure"}
    return chart(44 * len(rows), *layers, right=16, transform=[figure])
