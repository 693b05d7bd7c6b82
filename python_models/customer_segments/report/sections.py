"""What the report says: findings, charts and tables, each made of rows of the database."""

from dataclasses import dataclass
from itertools import cycle

from customer_segments.report import charts, words
from customer_segments.report.database import Database, Row

STEPS = {
    "total": "All lines in the files",
    "unidentified": "No customer named",
    "out_of_scope": "Outside the scope",
    "non_merchandise": "Postage, fees and services",
    "duplicate": "Repeated lines",
    "other": "Free goods, stock notes, unreadable",
    "cancellation": "Cancelled, but sold to nobody here",
    "net": "Net sales of these customers",
}
SPARE_HUES = ("spare-a", "spare-b", "spare-c", "spare-d")
TINT_COUNT = 4
STABLE = 0.75  # Jaccard index from which a cluster counts as stable (Hennig 2007)


@dataclass(frozen=True)
class Column:
    """A column of a table: the key of its rows, its heading and how its values are written."""

    key: str
    label: str
    format: str = ""


LEDGER_COLUMNS = (
    Column("disposition", "What became of it"),
    Column("reason", "Why"),
    Column("line_count", "Lines", "count"),
    Column("value_gbp", "Value", "pence"),
)


@dataclass(frozen=True)
class Figure:
    """A chart with the table behind it: both show `rows`."""

    key: str
    title: str
    description: str
    columns: list[Column]
    rows: list[Row]
    wide: charts.Spec
    narrow: charts.Spec
    note: str = ""


@dataclass(frozen=True)
class Report:
    """All that the page shows."""

    build: Row
    totals: Row
    model: Row
    segments: list[Row]
    playbook: list[Row]
    ledger: list[Row]
    countries: list[str]
    figures: dict[str, Figure | None]
    ledger_columns: tuple[Column, ...] = LEDGER_COLUMNS


def make_report(database: Database) -> Report:
    """Read everything that the page shows."""
    segments = _coloured(database.rows("segments"))
    countries = database.rows("countries")
    for segment in segments:
        own = [row for row in countries if row["segment_id"] == segment["segment_id"]]
        segment["countries"] = own
        segment["country_totals"] = {
            row["country"]: [row["customer_count"], row["net_sales_gbp"]] for row in own
        }
    return Report(
        build=database.row("build"),
        totals=database.row("totals"),
        model=database.row("model"),
        segments=segments,
        playbook=database.rows("playbook"),
        ledger=database.rows("ledger"),
        countries=sorted({row["country"] for row in countries if row["country"]}),
        figures={
            "size-and-sales": _size_and_sales(segments),
            "money": _money(database),
            "stability": _stability(database, segments),
        },
    )


def _coloured(segments: list[Row]) -> list[Row]:
    """Give each segment the hue of its behaviour, in the tint of its taste.

    A hue belongs to a profile of the playbook; further behaviours of a profile get spare ones.
    """
    hues: dict[str, str] = {}
    spare = cycle(SPARE_HUES)
    for segment in segments:
        name, profile = segment["behaviour_name"], segment["behaviour_profile"]
        if name not in hues:
            hues[name] = next(spare) if profile in hues.values() else profile
        segment["colour"] = f"var(--{hues[name]}-{min(segment['taste_rank'], TINT_COUNT)})"
    return segments


def _by_behaviour(segments: list[Row]) -> list[Row]:
    """Return customers and sales of each behaviour, largest sales first."""
    totals: dict[str, Row] = {}
    for segment in segments:
        total = totals.setdefault(
            segment["behaviour_name"], {"customer_share": 0.0, "net_sales_share": 0.0}
        )
        for share in total:
            total[share] += segment[share]
    return sorted(
        ({"behaviour_name": name, **total} for name, total in totals.items()),
        key=lambda row: -row["net_sales_share"],
    )


def _size_and_sales(segments: list[Row]) -> Figure:
    first, *_ = _by_behaviour(segments)
    customers, sales = words.about(first["customer_share"]), words.about(first["net_sales_share"])
    return Figure(
        key="size-and-sales",
        title=f"{first['behaviour_name']}: {customers} of the customers, {sales} of the sales",
        description="Bars of each segment's share of customers and share of net sales.",
        columns=[
            Column("segment_name", "Segment"),
            Column("customer_count", "Customers", "count"),
            Column("customer_share", "of all", "percent_points"),
            Column("net_sales_gbp", "Net sales", "pounds"),
            Column("net_sales_share", "of all", "percent_points"),
            Column("average_order_gbp", "Average order", "pounds"),
        ],
        rows=segments,
        wide=charts.size_and_sales(segments, narrow=False),
        narrow=charts.size_and_sales(segments, narrow=True),
    )


def _money(database: Database) -> Figure:
    amounts = {row["step"]: row for row in database.rows("money_steps")}
    total, net = amounts["total"]["value_gbp"], amounts["net"]["value_gbp"]
    rows, level = [], 0.0
    for step, label in STEPS.items():
        if not (row := amounts.get(step)) or (step != "total" and not row["line_count"]):
            continue
        before, level = (
            (0.0 if step == "net" else level),
            (row["value_gbp"] if step == "net" else level + row["value_gbp"]),
        )
        rows.append(
            row
            | {
                "label": label,
                "low_gbp": min(before, level),
                "high_gbp": max(before, level),
                "figure": words.pounds(row["value_gbp"]),
                "colour": "var(--core-1)" if step == "net" else "var(--bar-strong)",
            }
        )
    return Figure(
        key="money",
        title=f"Of {words.short_pounds(total)} in the files, {words.short_pounds(net)} are sales "
        "to customers we know",
        description="Steps from the value of all invoice lines down to net sales.",
        columns=[
            Column("label", "Step"),
            Column("line_count", "Lines", "count"),
            Column("value_gbp", "Value", "pence"),
        ],
        rows=rows,
        wide=charts.money_steps(rows, narrow=False),
        narrow=charts.money_steps(rows, narrow=True),
    )


def _stability(database: Database, segments: list[Row]) -> Figure | None:
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
        note=f"Least sure: {weakest['segment_name']}, {weakest['jaccard']:.2f}. "
        "1 is the same customers every time; above 0.75 counts as stable, below 0.5 as dissolved.",
        columns=[
            Column("segment_name", "Segment"),
            Column("jaccard", "Found again (Jaccard index)", "ratio"),
        ],
        rows=rows,
        wide=charts.stability(rows, narrow=False),
        narrow=charts.stability(rows, narrow=True),
    )
