"""The segments: their colours, their cards, and their size against their sales."""

from itertools import cycle

from customer_segments.report import words
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Column, Figure, Spec
from customer_segments.report.vega import (
    COLOUR,
    LINE_HEIGHT,
    NAME_PARTS,
    PALE,
    PALE_EDGE,
    along,
    chart,
    down,
    figure_above,
    names_above,
    text,
)

HUES = ("core", "cooling", "active", "lapsed")  # one a profile of the playbook
SPARE_HUES = ("spare-a", "spare-b", "spare-c", "spare-d")
TINT_COUNT = 4
SHARES = ("customer_share", "net_sales_share")
TOTALS = (*SHARES, "customer_count", "net_sales")


def behaviour_hues(segments: list[Row]) -> dict[str, str]:
    """Return a hue a behaviour: that of its profile, spare ones for others of the profile."""
    hues: dict[str, str] = {}
    spare = cycle(SPARE_HUES)
    for segment in segments:
        name, profile = segment["behaviour_name"], segment["behaviour_profile"]
        if name not in hues:
            hues[name] = next(spare) if profile in hues.values() else profile
    return hues


def cards(database: Database) -> list[Row]:
    """Return the segments with what their cards show."""
    segments = database.rows("segments")
    hues = behaviour_hues(segments)
    rules = {row["segment_id"]: row for row in database.rows("rules")}
    queries = ("countries", "items", "families", "item_lists", "seasons")
    parts = {query: database.rows(query) for query in queries}
    for segment in segments:
        tint = min(segment["taste_rank"], TINT_COUNT)
        segment["colour"] = f"var(--{hues[segment['behaviour_name']]}-{tint})"
        for query, rows in parts.items():
            segment[query] = [row for row in rows if row["segment_id"] == segment["segment_id"]]
        places: dict[str, list[float]] = {}
        for row in segment["countries"]:
            for place in {row["country"], row["region"]}:
                count, amount = places.get(place, [0, 0.0])
                places[place] = [count + row["customer_count"], amount + row["net_sales"]]
        segment["places"] = places
        segment.update(rules[segment["segment_id"]])
    return segments


def headline(segments: list[Row]) -> str:
    """Return the finding of the report: what the behaviour with most sales stands for."""
    first = _by_behaviour(segments)[0]
    return (
        f"{first['behaviour_name']}: {words.about(first['customer_share'])} of the customers, "
        f"{words.about(first['net_sales_share'])} of the sales"
    )


def _by_behaviour(segments: list[Row]) -> list[Row]:
    """Return the totals of each behaviour, largest sales first."""
    totals: dict[str, Row] = {}
    for segment in segments:
        total = totals.setdefault(segment["behaviour_name"], dict.fromkeys(TOTALS, 0))
        for key in TOTALS:
            total[key] += segment[key]
    return sorted(
        ({"behaviour_name": name, **total} for name, total in totals.items()),
        key=lambda row: -row["net_sales"],
    )


def _worth(segments: list[Row]) -> str:
    """Return what customers of the behaviours with most and with least sales spend on average."""
    behaviours = [row for row in _by_behaviour(segments) if row["customer_count"]]
    first, *others = (
        (row["behaviour_name"], words.amount(row["net_sales"] / row["customer_count"]))
        for row in behaviours
    )
    title = f"{first[0]} spend {first[1]} each"
    return title + (f", {others[-1][0].lower()} {others[-1][1]}" if others else "")


def size_and_sales(segments: list[Row]) -> Figure:
    """Return the segments as a picture, size against sales."""
    return Figure(
        key="size",
        title=_worth(segments),
        description="Bars of each segment's share of customers and share of net sales.",
        columns=[
            Column("segment_name", "Segment"),
            Column("customer_count", "Customers", "count"),
            Column("customer_share", "of all", "percent_points"),
            Column("net_sales", "Net sales", "amount"),
            Column("net_sales_share", "of all", "percent_points"),
            Column("average_order_value", "Average order", "amount"),
        ],
        rows=segments,
        wide=pairs_chart(segments, SHARES, ".0%", narrow=False),
        narrow=pairs_chart(segments, SHARES, ".0%", narrow=True),
    )


def pairs_chart(rows: list[Row], pair: tuple[str, str], number: str, *, narrow: bool) -> Spec:
    """Draw a pale bar for one field with a slim one for another in it, one pair a segment."""
    most = max(row[field] for row in rows for field in pair) or 1
    scale = {"domain": [0, most], "nice": False}
    y = down("segment_name", narrow=narrow)
    offset = LINE_HEIGHT if narrow else 0
    layers = [
        {
            "mark": {"type": "bar", "height": 26, "yOffset": offset, "cornerRadiusEnd": 2},
            "encoding": {
                "y": y,
                "x": along(pair[0], scale),
                "color": {"value": PALE},
                "stroke": {"value": PALE_EDGE},
                "tooltip": {"field": "figures"},
            },
        },
        {
            "mark": {"type": "bar", "height": 12, "yOffset": offset, "cornerRadiusEnd": 2},
            "encoding": {
                "y": y,
                "x": along(pair[1], scale),
                "color": COLOUR,
                "tooltip": {"field": "figures"},
            },
        },
    ]
    if narrow:
        layers += [*names_above(y), figure_above(y, "figures")]
    else:
        layers.append(text(y, "figures", along("end", scale), dx=8))
    sign = words.currency_sign() if number.endswith("s") else ""  # as words.short_amount
    short = "replace(replace(format(datum.{0}, '{1}'), 'M', 'm'), 'G', 'bn')"  # of millions
    figures = " + ' → ' + ".join(f"'{sign}' + {short.format(field, number)}" for field in pair)
    parts = [
        *NAME_PARTS,
        {"calculate": figures, "as": "figures"},
        {"calculate": f"max(datum.{pair[0]}, datum.{pair[1]})", "as": "end"},
    ]
    height = (78 if narrow else 46) * len(rows)
    return chart(height, *layers, right=2 if narrow else 100, transform=parts)
