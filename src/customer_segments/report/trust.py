"""How far to trust the segments."""

from customer_segments.report import words
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Column, Figure, Spec
from customer_segments.report.vega import (
    COLOUR,
    INK,
    LINE_HEIGHT,
    NAME_PARTS,
    along,
    chart,
    down,
    names_above,
    text,
)

REORDERS = "reorder_share"  # the goal of the playbook that this measures
STABLE = 0.75  # Jaccard index from which a cluster counts as stable (Hennig 2007)


def stability(database: Database, segments: list[Row]) -> Figure | None:
    found = {row["segment_id"]: row for row in database.rows("stability")}
    rows = [
        segment | found[segment["segment_id"]]
        for segment in segments
        if segment["segment_id"] in found
    ]
    if not rows:
        return None
    weakest = min(rows, key=lambda row: row["jaccard"])
    stable = sum(row["jaccard"] >= STABLE for row in rows)
    every = (
        "Every segment comes" if stable == len(rows) else f"{stable} of {len(rows)} segments come"
    )
    return Figure(
        key="stability",
        title=f"{every} back when a fifth of the customers is left out",
        description="A dot a segment: how much of it is found again, from 0 to 1.",
        note=f"Least sure: {weakest['segment_name']}, {words.ratio(weakest['jaccard'])}. "
        "1 is the same customers every time; above 0.75 counts as stable, below 0.5 as dissolved.",
        columns=[
            Column("segment_name", "Segment"),
            Column("jaccard", "Found again (Jaccard index)", "ratio"),
        ],
        rows=rows,
        wide=_stability_chart(rows, narrow=False),
        narrow=_stability_chart(rows, narrow=True),
    )


def _stability_chart(rows: list[Row], *, narrow: bool) -> Spec:
    """Draw a dot a segment on the Jaccard index, from 0, gone, to 1, the same customers."""
    scale = {"domain": [0, 1], "nice": False}
    y = down("segment_name", narrow=narrow)
    offset = LINE_HEIGHT if narrow else 0
    axis = {"title": None, "values": [0, 0.25, 0.5, 0.75, 1], "grid": True, "format": ".2~f"}
    layers = [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "yOffset": offset},
            "encoding": {
                "y": y,
                "x": along("jaccard", scale, axis=axis),
                "x2": {"datum": 0},
                "color": COLOUR,
            },
        },
        {
            "mark": {"type": "circle", "size": 140, "opacity": 1, "yOffset": offset},
            "encoding": {
                "y": y,
                "x": along("jaccard", scale, axis=axis),
                "color": COLOUR,
                "tooltip": {"field": "figure"},
            },
        },
        text(y, "figure", along("jaccard", scale, axis=axis), dx=11, yOffset=offset),
        *(names_above(y) if narrow else []),
    ]
    figure = {"calculate": "format(datum.jaccard, '.2f')", "as": "figure"}
    height = (76 if narrow else 46) * len(rows)
    return chart(height, *layers, right=48, transform=[*NAME_PARTS, figure])


def reorders(database: Database, colours: dict[str, str], playbook: list[Row]) -> Figure | None:
    """Return how many customers of each behaviour ordered again, month end by month end."""
    rows = database.rows("reorders")
    if not rows:
        return None
    goals = {
        play["behaviour_profile"]: play["goal_target"]
        for play in playbook
        if play["goal_metric"] == REORDERS
    }
    summary = []
    for name, colour in colours.items():
        own = [row for row in rows if row["behaviour_name"] == name]
        if not own:
            continue
        customers = sum(row["customer_count"] for row in own)
        again = sum(row["reordering_customer_count"] for row in own)
        for row in own:
            row["colour"] = colour
            row["mean"] = again / customers
            row["mean_figure"] = words.percent(again / customers)
        summary.append((name, again / customers))
    most, least = max(summary, key=_share), min(summary, key=_share)
    days = rows[0]["reorder_days"]
    for row in rows:
        row["goal"] = goals.get(row["behaviour_profile"])
    return Figure(
        key="reorders",
        title=_reorders_title(most, least, days),
        description="A dot a month end: share of a behaviour's customers who ordered in the "
        f"{days} days after; a line for their mean, a diamond for the goal of the plan.",
        note="Judged by what was known at the month end, so these orders had no part in the label.",
        columns=[
            Column("behaviour_name", "Behaviour"),
            Column("month_end_date", "At the end of", "day"),
            Column("customer_count", "Customers", "count"),
            Column("reordering_customer_count", "ordered again", "count"),
            Column("reorder_share", "share", "percent"),
        ],
        rows=rows,
        wide=_reorders_chart(len(summary), narrow=False),
        narrow=_reorders_chart(len(summary), narrow=True),
    )


def _reorders_title(most: tuple[str, float], least: tuple[str, float], days: int) -> str:
    """Return who orders again most and least; of behaviours that are level there is one share."""
    if not most[1]:
        return f"Nobody ordered again within {days} days"
    title = f"{words.percent(most[1])} of {most[0].lower()} order again within {days} days"
    return f"{title}, {words.percent(least[1])} of {least[0].lower()}" if least != most else title


def _share(pair: tuple[str, float]) -> float:
    return pair[1]


def _reorders_chart(count: int, *, narrow: bool) -> Spec:
    """Draw a dot a month end in the row of its behaviour, with a line at their mean."""
    scale = {"domain": [0, 1], "nice": False}
    y = down("behaviour_name", narrow=narrow)
    offset = 10 if narrow else 0
    axis = {"title": None, "values": [0, 0.25, 0.5, 0.75, 1], "grid": True, "format": ".0%"}
    dots = {
        "mark": {"type": "circle", "size": 110, "opacity": 0.55, "yOffset": offset},
        "encoding": {
            "y": y,
            "x": along("reorder_share", scale, axis=axis),
            "color": COLOUR,
            "tooltip": [
                {"field": "month_end_date", "title": "At the end of"},
                {"field": "reorder_share", "title": "ordered again", "format": ".0%"},
                {"field": "customer_count", "title": "of customers"},
            ],
        },
    }
    one = {
        "transform": [
            {"aggregate": [], "groupby": ["behaviour_name", "colour", "mean", "mean_figure"]}
        ]
    }
    lines = {
        **one,
        "mark": {"type": "tick", "thickness": 3, "height": 30, "yOffset": offset},
        "encoding": {"y": y, "x": along("mean", scale, axis=axis), "color": COLOUR},
    }
    label = {
        **one,
        **text(
            y,
            "mean_figure",
            along("mean", scale, axis=axis),
            align="center",
            baseline="bottom",
            dy=offset - 17,
        ),
    }
    goal = {
        "transform": [
            {"filter": "isValid(datum.goal)"},
            {"aggregate": [], "groupby": ["behaviour_name", "goal"]},
        ],
        "mark": {"type": "point", "shape": "diamond", "size": 150, "yOffset": offset},
        "encoding": {
            "y": y,
            "x": along("goal", scale, axis=axis),
            "color": {"value": INK},
            "tooltip": {"field": "goal", "title": "Goal of the plan", "format": ".0%"},
        },
    }
    layers: list[Spec] = [dots, lines, goal, label]
    if narrow:
        layers.append({**one, **text({**y, "bandPosition": 0}, "behaviour_name", baseline="top")})
    return chart((76 if narrow else 62) * count, *layers, right=22)
