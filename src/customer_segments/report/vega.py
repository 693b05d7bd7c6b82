"""What the charts share, in the words of Vega-Lite.

Colours are CSS variables, so light, dark and print share a drawing. A chart is as wide as its place
on the page; what is `narrow` is for telephones.
"""

from typing import Any

from customer_segments.report.figure import Spec

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
HALO = {"stroke": "var(--surface)", "strokeWidth": 4}  # keeps words apart from marks behind them
# Names are "behaviour: tastes". They stand left of a row, or above it on a telephone.
NAME_LINES = "split(datum.label, ': ')"
NAME_PARTS = [
    {"calculate": "split(datum.segment_name, ': ')[0]", "as": "first"},
    {"calculate": "slice(split(datum.segment_name, ': '), 1)", "as": "second"},
]


def chart(height: int, *layers: Spec, right: int = 0, **more: Any) -> Spec:
    """Return a chart of layers with room on the right for the words behind the longest mark."""
    return {
        "data": {"name": "rows"},
        "height": height,
        "padding": {"left": 2, "top": 4, "right": right, "bottom": 4},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "layer": list(layers),
        **more,
    }


def along(field: str, scale: Spec, **more: Any) -> Spec:
    """Return a quantity along x, without an axis unless one is given."""
    return {"field": field, "type": "quantitative", "axis": None, "scale": scale, **more}


def down(field: str, *, narrow: bool) -> Spec:
    """Return a row a value, in the order of the data, with its name on the left if wide."""
    axis = {"title": None, "labelExpr": NAME_LINES, "labelLimit": 340, "labelColor": INK}
    return {
        "field": field,
        "type": "nominal",
        "sort": None,
        "axis": None if narrow else axis,
        "scale": {"padding": 0},
    }


def text(y: Spec, field: str, x: Spec | None = None, **mark: Any) -> Spec:
    """Return words at `x`, or at the left edge."""
    return {
        "mark": {"type": "text", "align": "left", "baseline": "middle", **mark},
        "encoding": {"y": y, "x": x or {"value": 0}, "text": {"field": field}},
    }


def names_above(y: Spec) -> list[Spec]:
    """Return the two lines of a segment's name at the top of its row."""
    top = {**y, "bandPosition": 0}
    return [
        text(top, "first", baseline="top", fontWeight="bold"),
        text(top, "second", baseline="top", yOffset=LINE_HEIGHT),
    ]


def figure_above(y: Spec, field: str) -> Spec:
    """Return a figure at the right end of the line of the name above a row."""
    return text({**y, "bandPosition": 0}, field, {"value": "width"}, align="right", baseline="top")
