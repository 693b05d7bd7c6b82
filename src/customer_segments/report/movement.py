"""Movement: who went from which behaviour to which, and how many there are of each."""

from datetime import date
from math import exp

from customer_segments.report import words
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Column, Figure, Spec
from customer_segments.report.vega import COLOUR, HALO, chart, text

ENTRY, EXIT = "New since then", "Returned everything"
NODE_WIDTH = 0.012
SLOPE_0 = 1 / (1 + exp(5))  # of the S that a band follows, where it starts
STEPS = [step / 16 for step in range(17)]
LONGEST_MONTH = 31
GAP_PIXELS, FLOW_PIXELS = 26, 380


def flow(database: Database, colours: dict[str, str]) -> Figure | None:
    """Return where customers of each behaviour of a quarter ago are now, or None if unknown."""
    rows = [
        row | {"from_name": row["from_name"] or ENTRY, "to_name": row["to_name"] or EXIT}
        for row in database.rows("flow")
    ]
    names = [*colours, ENTRY, EXIT]
    rows.sort(key=lambda row: (names.index(row["from_name"]), names.index(row["to_name"])))
    known = [row for row in rows if row["from_name"] != ENTRY]
    if not known:
        return None
    totals = {
        name: sum(row["customer_count"] for row in rows if row["from_name"] == name)
        for name in names
    }
    for row in rows:
        row["from_share"] = row["customer_count"] / totals[row["from_name"]]
    first = next(name for name in colours if totals[name])
    stayed = sum(row["from_share"] for row in known if row["from_name"] == row["to_name"] == first)
    joined = sum(
        row["customer_count"]
        for row in rows
        if row["to_name"] == first and row["from_name"] != first
    )
    nodes, ribbons = _laid_out(rows, names, colours | dict.fromkeys([ENTRY, EXIT], "var(--other)"))
    height = FLOW_PIXELS + GAP_PIXELS * max(
        len({row[side] for row in rows}) for side in ("from_name", "to_name")
    )
    return Figure(
        key="flow",
        title=f"Since {words.day(rows[0]['first_date'])}, {words.about(stayed)} of the "
        f"{first.lower()} stayed and {words.plural(joined, 'customer')} joined them",
        description=f"Bands from each behaviour on {words.day(rows[0]['first_date'])} to each on "
        f"{words.day(rows[0]['last_date'])}, as wide as the number of customers.",
        columns=[
            Column("from_name", "From"),
            Column("to_name", "To"),
            Column("customer_count", "Customers", "count"),
            Column("from_share", "of those before", "percent"),
        ],
        rows=rows,
        marks=[*ribbons, *nodes],
        wide=_flow_chart(height),
        narrow=_flow_chart(height),
        note="All are judged by the one model in force, so a change is a change in behaviour.",
    )


def _laid_out(
    rows: list[Row], names: list[str], colours: dict[str, str]
) -> tuple[list[Row], list[Row]]:
    """Return blocks of both sides, one under the other with gaps, and bands between them."""
    total = sum(row["customer_count"] for row in rows)
    gap = total * GAP_PIXELS / FLOW_PIXELS
    nodes, ribbons = [], []
    ends: dict[tuple[str, str, str], float] = {}
    for side, other, left in (("from_name", "to_name", 0.0), ("to_name", "from_name", 1.0)):
        top = 0.0
        for name in names:
            parts = [row for row in rows if row[side] == name]
            parts.sort(key=lambda row: names.index(row[other]))
            size = sum(row["customer_count"] for row in parts)
            if not size:
                continue
            top += gap
            at = top
            for row in parts:
                ends[side, row["from_name"], row["to_name"]] = at
                at += row["customer_count"]
            nodes.append(
                {
                    "kind": "block",
                    "left": left - NODE_WIDTH * left,
                    "right": left + NODE_WIDTH * (1 - left),
                    "top": top,
                    "bottom": at,
                    "label": f"{name} {words.count(size)}",
                    "colour": colours[name],
                    "side": side,
                }
            )
            top = at
    for number, row in enumerate(rows):
        key = (row["from_name"], row["to_name"])
        start, end = ends["from_name", *key], ends["to_name", *key]
        label = f"{key[0]} to {key[1]}: {words.count(row['customer_count'])}"
        for step in STEPS:
            slope = (1 / (1 + exp(-10 * (step - 0.5))) - SLOPE_0) / (1 - 2 * SLOPE_0)
            top = start + (end - start) * slope
            ribbons.append(
                {
                    "kind": "band",
                    "band": number,
                    "left": NODE_WIDTH + (1 - 2 * NODE_WIDTH) * step,
                    "top": top,
                    "bottom": top + row["customer_count"],
                    "tip": label,
                    "colour": colours[key[0]],
                    "opacity": 0.28 if key[0] == key[1] else 0.6,
                }
            )
    return nodes, ribbons


def _flow_chart(height: int) -> Spec:
    """Draw bands behind blocks, each block's name above it."""
    y = {
        "field": "top",
        "type": "quantitative",
        "axis": None,
        "scale": {"reverse": True, "nice": False, "zero": True},
    }
    x = {
        "field": "left",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, 1], "nice": False},
    }
    bands = {
        "transform": [{"filter": "datum.kind === 'band'"}],
        "mark": {"type": "area", "interpolate": "monotone"},
        "encoding": {
            "x": x,
            "y": y,
            "y2": {"field": "bottom"},
            "detail": {"field": "band"},
            "color": COLOUR,
            "opacity": {"field": "opacity", "type": "quantitative", "scale": None},
            "tooltip": {"field": "tip"},
        },
    }
    blocks = {
        "transform": [{"filter": "datum.kind === 'block'"}],
        "mark": {"type": "rect"},
        "encoding": {
            "x": x,
            "x2": {"field": "right"},
            "y": y,
            "y2": {"field": "bottom"},
            "color": COLOUR,
            "tooltip": {"field": "label"},
        },
    }
    names = [
        {
            "transform": [{"filter": f"datum.side === '{side}'"}],
            **text(y, "label", {"value": place}, align=align, baseline="bottom", dy=-4, **HALO),
        }
        for side, place, align in (
            ("from_name", 0, "left"),
            ("to_name", "width", "right"),
        )
    ]
    return chart(height, bands, blocks, *names)


def months(database: Database, colours: dict[str, str], first_date: date) -> Figure | None:
    """Return how many customers there were of each behaviour at each month end.

    `first_date` is that of the lines: where the history begins long after it, the note says so.
    """
    rows = database.rows("months")
    days = sorted({row["month_end_date"] for row in rows})
    if len(days) < 2:
        return None
    for row in rows:
        row["colour"] = colours[row["behaviour_name"]]
        row["month"] = f"{row['month_end_date']:%b %y}"
        row["order"] = list(colours).index(row["behaviour_name"])
    count = sum(row["customer_count"] for row in rows if row["is_current"])
    last, first = days[-1], next(iter(colours))
    own = [row for row in rows if row["behaviour_name"] == first and row["month_end_date"] == last]
    return Figure(
        key="months",
        title=f"{words.plural(count, 'customer')} by now, "
        f"{words.count(own[0]['customer_count'] if own else 0)} of them {first.lower()}",
        description="A bar a month end: customers who had bought by then, by behaviour.",
        note=_beginning(days[0], first_date),
        columns=[
            Column("month_end_date", "Month end", "day"),
            Column("behaviour_name", "Behaviour"),
            Column("customer_count", "Customers", "count"),
        ],
        rows=rows,
        wide=_months_chart(),
        narrow=_months_chart(),
    )


def _beginning(first_month_end: date, first_date: date) -> str:
    """Return where the history begins, if months of the lines are before it."""
    if (first_month_end - first_date).days <= LONGEST_MONTH:
        return ""
    return (
        f"The history begins at the end of {first_month_end:%B %Y}: the lines go back to "
        f"{words.day(first_date)}, and months before are left out (variable history_month_count)."
    )


def _months_chart() -> Spec:
    """Draw a column a month end, behaviours stacked in their usual order."""
    bars = {
        "mark": {"type": "bar", "width": {"band": 0.72}},
        "encoding": {
            "x": {
                "field": "month",
                "type": "ordinal",
                "sort": None,
                "axis": {
                    "title": None,
                    "labelAngle": 0,
                    "labelOverlap": "parity",
                    "labelSeparation": 6,
                },
            },
            "y": {
                "field": "customer_count",
                "type": "quantitative",
                "axis": {"title": None, "grid": True, "tickCount": 4, "format": ",d"},
            },
            "order": {"field": "order", "type": "quantitative", "sort": "descending"},
            "color": COLOUR,
            "tooltip": [
                {"field": "month", "title": "Month end"},
                {"field": "behaviour_name", "title": "Behaviour"},
                {"field": "customer_count", "title": "Customers"},
            ],
        },
    }
    return chart(260, bars, right=2)
