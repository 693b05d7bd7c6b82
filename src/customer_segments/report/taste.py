"""How often a taste comes true, and whether it is time to refit the model."""

from customer_segments.report import words
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Column, Figure, Spec
from customer_segments.report.vega import HALO, QUIET_INK, along, chart, down, text


def taste_agreement(database: Database) -> Figure | None:
    """Return how many customers keep to the taste of their first orders, beside what refits say."""
    rows = database.rows("taste_agreement")
    if not rows:
        return None
    for row in rows:
        number = row["first_order_count"]
        row["name"] = "first order" if number == 1 else f"first {number} orders"
        row["weak"] = "yes" if row["is_weak"] else "no"
    first = rows[0]
    title = (
        f"The taste of {'a first order' if first['first_order_count'] == 1 else first['name']} is "
        f"that of later orders for {words.percent(first['agreed_share'])} of the customers"
    )
    sure = first["mean_taste_confidence"]
    note = (
        ""
        if sure is None
        else (
            f"Refits are {words.percent(sure)} sure of the same tastes: they ask how firm the "
            "border is, not how firm the customer. "
        )
    )
    spec = _chart(rows)
    return Figure(
        key="taste",
        title=title,
        description="A dot a number of first orders with its 95% interval; the tick is chance.",
        note=note + "Where it is weak, write to such customers about the behaviour, not the taste.",
        columns=[
            Column("name", "Taste by the"),
            Column("customer_count", "Customers who ordered again", "count"),
            Column("agreed_share", "Later orders agree", "percent"),
            Column("chance_share", "by chance", "percent"),
            Column("mean_taste_confidence", "Refits agree", "percent"),
            Column("weak", "Weak"),
        ],
        rows=rows,
        wide=spec,
        narrow=spec,
    )


def _chart(rows: list[Row]) -> Spec:
    """Draw a dot with its interval for each number of first orders, and a tick at chance."""
    scale = {"domain": [0, 1], "nice": False}
    axis = {"title": None, "values": [0, 0.25, 0.5, 0.75, 1], "grid": True, "format": ".0%"}
    y = down("name", narrow=False)
    colour = {"value": "var(--accent)"}
    layers: list[Spec] = [
        {
            "mark": {"type": "tick", "thickness": 3, "height": 22, "color": QUIET_INK},
            "encoding": {"y": y, "x": along("chance_share", scale, axis=axis)},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 3},
            "encoding": {
                "y": y,
                "x": along("agreed_share_low", scale, axis=axis),
                "x2": {"field": "agreed_share_high"},
                "color": colour,
            },
        },
        {
            "mark": {"type": "circle", "size": 120, "opacity": 1},
            "encoding": {
                "y": y,
                "x": along("agreed_share", scale, axis=axis),
                "color": colour,
                "tooltip": {"field": "figure"},
            },
        },
        text(y, "figure", along("agreed_share", scale, axis=axis), align="center", dy=-13, **HALO),
    ]
    figure = {"calculate": "format(datum.agreed_share, '.0%')", "as": "figure"}
    return chart(46 * len(rows), *layers, right=22, transform=[figure])


def health(database: Database) -> str:
    """Return whether to refit, why, and what to type, in a sentence; nothing without a model."""
    rows = database.rows("health")
    if not rows:
        return ""
    [row] = rows
    moved, chance = row["moved_share"], row["chance_moved_share"]
    found = {
        "keep": "The model still fits: keep it.",
        "watch": "The model still fits, but watch it.",
        "refit": f"It is time for a new model: build with refit: {row['advised_refit']}.",
    }[row["verdict"]]
    parts = [found]
    if moved is not None:
        by_chance = "" if chance is None else f", chance alone {words.percent(chance)}"
        parts.append(f"A refit would move {words.percent(moved)} of the customers{by_chance}.")
    if row["shifted_count"]:
        parts.append(
            f"Most shifted since the fit: {row['most_shifted'].replace('_', ' ')} "
            f"(population stability index {words.ratio(row['largest_shift'])})."
        )
    if row["fitted_history_months"] is not None:
        parts.append(
            f"It saw {words.count(row['fitted_history_months'])} months of orders, now there are "
            f"{words.count(row['history_months'])}."
        )
    return " ".join(parts)
