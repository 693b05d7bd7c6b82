"""How surely customers are in their segment, and whether that comes true."""

from math import floor

from customer_segments.report import words
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Column, Figure, Spec
from customer_segments.report.vega import (
    COLOUR,
    LINE_HEIGHT,
    NAME_PARTS,
    QUIET_INK,
    along,
    chart,
    down,
    names_above,
)

# Rank of queries/confidence.sql: what it is called, and its colour.
BANDS = {
    1: ("sure, 80% and more", "var(--sure)"),
    2: ("fairly sure", "var(--fair)"),
    3: ("on the border, below 60%", "var(--border)"),
}


def sureness(database: Database, segments: list[Row]) -> Figure | None:
    """Return how many customers of each segment are sure, or None where it was not measured."""
    rows = database.rows("confidence")
    if not rows:
        return None
    for row in rows:
        row["band"], row["colour"] = BANDS[row["band_rank"]]
    order = [segment["segment_id"] for segment in segments]
    rows.sort(key=lambda row: (order.index(row["segment_id"]), row["band_rank"]))
    everyone = sum(row["customer_count"] for row in rows)
    sure = sum(row["customer_count"] for row in rows if row["band_rank"] == 1) / everyone
    border = sum(row["customer_count"] for row in rows if row["band_rank"] == max(BANDS))
    count = len({row["segment_id"] for row in rows})
    return Figure(
        key="sureness",
        title=f"{words.opening(words.about(sure))} of the customers are surely where they are, "
        f"{words.count(border)} on a border",
        description="A bar a segment: its customers by how many refits agree on their segment.",
        note="Sure that a fit to other customers says it again, which is no certainty about a "
        "customer: whether tastes come true is another question.",
        columns=[
            Column("segment_name", "Segment"),
            Column("band", "How sure"),
            Column("customer_count", "Customers", "count"),
            Column("customer_share", "of the segment", "percent"),
        ],
        rows=rows,
        wide=_sureness_chart(count, narrow=False),
        narrow=_sureness_chart(count, narrow=True),
    )


def _sureness_chart(count: int, *, narrow: bool) -> Spec:
    """Draw a bar a segment, sure customers on the left."""
    y = down("segment_name", narrow=narrow)
    scale = {"domain": [0, 1], "nice": False}
    axis = {"title": None, "values": [0, 0.25, 0.5, 0.75, 1], "format": ".0%"}
    bars = {
        "mark": {"type": "bar", "height": 18, "yOffset": LINE_HEIGHT if narrow else 0},
        "encoding": {
            "y": y,
            "x": along("customer_share", scale, axis=axis, stack="zero"),
            "color": COLOUR,
            "order": {"field": "band_rank", "type": "quantitative"},
            "tooltip": [
                {"field": "segment_name", "title": "Segment"},
                {"field": "band", "title": "How sure"},
                {"field": "customer_count", "title": "Customers"},
            ],
        },
    }
    once = {"transform": [{"aggregate": [], "groupby": ["segment_name", "first", "second"]}]}
    names = [{**once, **name} for name in names_above(y)] if narrow else []
    return chart((72 if narrow else 44) * count, bars, *names, right=22, transform=NAME_PARTS)


def calibration(database: Database) -> Figure | None:
    """Return whether so many refits agree as confidence says."""
    rows = database.rows("calibration")
    if not rows:
        return None
    error = rows[0]["expected_calibration_error"]
    return Figure(
        key="calibration",
        title=f"Confidence comes true: off by {words.rounded(100 * error, 1)} points on average",
        description="A dot a tenth of the customers: across, how sure they were said to be; up, "
        "how many refits agreed. On the line the two are the same.",
        note="Of customers who had no part in working out what confidence means.",
        columns=[
            Column("confidence_decile", "Tenth, least sure first"),
            Column("customer_count", "Customers", "count"),
            Column("mean_confidence", "Confidence", "percent_points"),
            Column("agreed_share", "Refits that agreed", "percent_points"),
        ],
        rows=rows,
        wide=_calibration_chart(rows),
        narrow=_calibration_chart(rows),
    )


def _calibration_chart(rows: list[Row]) -> Spec:
    """Draw what was said against what came true, and the line where they are the same."""
    least = min(min(row["mean_confidence"], row["agreed_share"]) for row in rows)
    low = min(floor(4 * least) / 4, 0.75)
    scale = {"domain": [low, 1], "zero": False}
    axis = {"tickCount": 4, "grid": True, "format": ".0%"}
    x = {
        "field": "mean_confidence",
        "type": "quantitative",
        "scale": scale,
        "axis": {**axis, "title": "how sure they were said to be"},
    }
    y = {
        "field": "agreed_share",
        "type": "quantitative",
        "scale": scale,
        "axis": {**axis, "title": "refits that agreed"},
    }
    line = {
        "mark": {"type": "rule", "strokeDash": [4, 4], "stroke": QUIET_INK},
        "encoding": {
            "x": {"datum": low, "type": "quantitative", "scale": scale},
            "y": {"datum": low, "type": "quantitative", "scale": scale},
            "x2": {"datum": 1},
            "y2": {"datum": 1},
        },
    }
    dots = {
        "mark": {"type": "circle", "size": 130, "opacity": 0.85, "color": "var(--accent)"},
        "encoding": {
            "x": x,
            "y": y,
            "tooltip": [
                {"field": "mean_confidence", "title": "said", "format": ".0%"},
                {"field": "agreed_share", "title": "came true", "format": ".0%"},
            ],
        },
    }
    return chart(300, line, dots, right=22)
