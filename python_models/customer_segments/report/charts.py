"""Charts as Vega-Lite specifications. Colours are CSS variables, so both themes share a chart.

Rows are the ones that the table behind the chart shows. Each chart is as wide as its place on the
page; `narrow` is what a telephone gets.
"""

from typing import Any

Spec = dict[str, Any]
Rows = list[dict[str, Any]]

INK, QUIET_INK, LINE = "var(--ink)", "var(--quiet)", "var(--line)"
PALE, PALE_EDGE = "var(--bar)", "var(--bar-strong)"
FONT_SIZE, LINE_HEIGHT = 13, 17
CONFIG: Spec = {
    "background": "transparent",
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif",
    "view": {"stroke": None},
    "text": {"fontSize": FONT_SIZE, "fill": INK},
    "rule": {"stroke": LINE},
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": False,
        "gridColor": LINE,
        "labelColor": QUIET_INK,
        "labelFontSize": FONT_SIZE,
        "labelPadding": 10,
        "titleColor": QUIET_INK,
        "titleFontSize": FONT_SIZE,
        "titleFontWeight": "normal",
    },
}
COLOUR = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
SHARES = ("customer_share", "net_sales_share")
# Names are "behaviour: tastes". They stand left of a row, or above it on a telephone.
NAME_LINES = "split(datum.label, ': ')"
NAME_PARTS = [
    {"calculate": "split(datum.segment_name, ': ')[0]", "as": "first"},
    {"calculate": "slice(split(datum.segment_name, ': '), 1)", "as": "second"},
]


def _chart(height: int, *layers: Spec, right: int = 0, **more: Any) -> Spec:
    """Return a chart of layers with room on the right for the words behind the longest mark."""
    return {
        "data": {"name": "rows"},
        "height": height,
        "padding": {"left": 2, "top": 4, "right": right, "bottom": 4},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": list(layers),
        **more,
    }


def _x(field: str, scale: Spec, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale, **more}


def _y(field: str, *, narrow: bool) -> Spec:
    """Return one row a value, in the order of the rows, with its name on the left if wide."""
    axis = {"title": None, "labelExpr": NAME_LINES, "labelLimit": 340, "labelColor": INK}
    return {
        "field": field,
        "type": "nominal",
        "sort": None,
        "axis": None if narrow else axis,
        "scale": {"padding": 0},
    }


def _text(y: Spec, text: str, x: Spec | None = None, **mark: Any) -> Spec:
    """Return words at `x`, or at the left edge."""
    return {
        "mark": {"type": "text", "align": "left", "baseline": "middle", **mark},
        "encoding": {"y": y, "x": x or {"value": 0}, "text": {"field": text}},
    }


def _names_above(y: Spec) -> list[Spec]:
    """Return the two lines of a segment's name at the top of its row."""
    top = {**y, "bandPosition": 0}
    return [
        _text(top, "first", baseline="top", fontWeight="bold"),
        _text(top, "second", baseline="top", yOffset=LINE_HEIGHT),
    ]


def size_and_sales(rows: Rows, *, narrow: bool) -> Spec:
    """Draw a pale bar for customers with a slim one for sales in it, one pair a segment."""
    most = max(max(row["customer_share"], row["net_sales_share"]) for row in rows) or 1
    scale = {"domain": [0, most], "nice": False}
    y = _y("segment_name", narrow=narrow)
    offset = LINE_HEIGHT if narrow else 0
    customers, sales = (f"format(datum.{share}, '.0%')" for share in SHARES)
    figures = f"{customers} + ' → ' + {sales}"
    if not narrow:
        figures = f"{customers} + ' of customers, ' + {sales} + ' of sales'"
    layers = [
        {
            "mark": {"type": "bar", "height": 26, "yOffset": offset, "cornerRadiusEnd": 2},
            "encoding": {
                "y": y,
                "x": _x(SHARES[0], scale),
                "color": {"value": PALE},
                "stroke": {"value": PALE_EDGE},
                "tooltip": {"field": "figures"},
            },
        },
        {
            "mark": {"type": "bar", "height": 12, "yOffset": offset, "cornerRadiusEnd": 2},
            "encoding": {
                "y": y,
                "x": _x(SHARES[1], scale),
                "color": COLOUR,
                "tooltip": {"field": "figures"},
            },
        },
        _text(y, "figures", _x("end", scale), dx=8, yOffset=offset),
        *(_names_above(y) if narrow else []),
    ]
    words = [
        *NAME_PARTS,
        {"calculate": figures, "as": "figures"},
        {"calculate": f"max(datum.{SHARES[0]}, datum.{SHARES[1]})", "as": "end"},
    ]
    right = 96 if narrow else 225
    return _chart((84 if narrow else 46) * len(rows), *layers, right=right, transform=words)


def money_steps(rows: Rows, *, narrow: bool) -> Spec:
    """Draw a waterfall from what the files hold down to net sales."""
    highest = max(max(row["low_gbp"], row["high_gbp"]) for row in rows) or 1
    scale = {"domain": [min(0, *(row["low_gbp"] for row in rows)), highest], "nice": False}
    y = _y("label", narrow=narrow)
    offset = 10 if narrow else 0
    place = {
        "y": y,
        "x": _x("low_gbp", scale),
        "x2": {"field": "high_gbp"},
        "color": COLOUR,
        "stroke": COLOUR,  # a step of no width is a line
        "tooltip": {"field": "figure"},
    }
    layers = [
        {"mark": {"type": "bar", "height": 20, "yOffset": offset}, "encoding": place},
        _text(y, "figure", _x("high_gbp", scale), dx=8, yOffset=offset),
    ]
    if narrow:
        layers.append(_text({**y, "bandPosition": 0}, "label", baseline="top"))
    return _chart((52 if narrow else 34) * len(rows), *layers, right=100)


def stability(rows: Rows, *, narrow: bool) -> Spec:
    """Draw a dot a segment on the Jaccard index, from 0, gone, to 1, the same customers."""
    scale = {"domain": [0, 1], "nice": False}
    y = _y("segment_name", narrow=narrow)
    offset = LINE_HEIGHT if narrow else 0
    axis = {"title": None, "values": [0, 0.25, 0.5, 0.75, 1], "grid": True, "format": ".2~f"}
    layers = [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "yOffset": offset},
            "encoding": {
                "y": y,
                "x": _x("jaccard", scale, axis=axis),
                "x2": {"datum": 0},
                "color": COLOUR,
            },
        },
        {
            "mark": {"type": "circle", "size": 140, "opacity": 1, "yOffset": offset},
            "encoding": {
                "y": y,
                "x": _x("jaccard", scale, axis=axis),
                "color": COLOUR,
                "tooltip": {"field": "figure"},
            },
        },
        _text(y, "figure", _x("jaccard", scale, axis=axis), dx=11, yOffset=offset),
        *(_names_above(y) if narrow else []),
    ]
    figure = {"calculate": "format(datum.jaccard, '.2f')", "as": "figure"}
    height = (76 if narrow else 46) * len(rows)
    return _chart(height, *layers, right=48, transform=[*NAME_PARTS, figure])
