"""docs/benchmark.md and its picture, from what `make bench` measured."""

import math
import statistics
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

DOCS = Path(__file__).resolve().parents[1] / "docs"
HEAD = Path(__file__).with_name("benchmark_head.md")
# What follows this line is written by hand, and stays.
BY_HAND = "<!-- benchmarks/benchmark_page.py leaves what follows as it is -->\n"
LABELS = {
    "scan": "scan of the columns",
    "exercise": "the exercise's way",
    "pandas": "pandas + SciPy",
    "polars": "polars + scikit-learn",
    "script": "DuckDB script",
    "run-core": "dbt run, the core",
    "polars-texts": "polars, texts written",
    "script-texts": "script, texts written",
    "core-texts": "core, texts written",
    "run": "dbt run",
    "build": "dbt build",
}
# How often the cost of one way is that of another, and the most that is aimed for.
AIMS = [
    ("run-core", "polars", "wall_seconds", 1.0),
    ("run-core", "polars", "cpu_seconds", 1.0),
    ("run-core", "polars", "peak_gb", 1.0),
    ("core-texts", "polars-texts", "cpu_seconds", 1.0),
    ("run-core", "script", "cpu_seconds", 1.3),
    ("run-core", "exercise", "wall_seconds", 0.2),
]
GROWTH_AIM = 1.05
NAMES = {"wall_seconds": "seconds", "cpu_seconds": "CPU seconds", "peak_gb": "memory"}
BASELINE = "script"
OURS = ("run-core", "core-texts", "run", "build")
SLOWEST = 12
Cost = dict[str, Any]
Costs = dict[tuple[int, str], list[Cost]]


def write_page(costs: list[Cost]) -> None:
    """Write the page over the one before, and the picture."""
    page = DOCS / "benchmark.md"
    before = page.read_text() if page.exists() else ""
    by_hand = before.partition(BY_HAND)[2]
    by_size: Costs = {}
    for cost in costs:
        by_size.setdefault((cost["lines"], cost["way"]), []).append(cost)
    sizes = sorted({size for size, _ in by_size})
    parts = [
        HEAD.read_text(),
        f"![Seconds by number of lines]({picture(by_size)})\n",
        *(size_table(by_size, size) for size in sizes),
        aims_table(by_size, sizes),
        *(stage_table(by_size, size) for size in sizes),
        BY_HAND,
    ]
    page.write_text("\n".join(parts) + by_hand)


def median(costs: list[Cost], name: str) -> float:
    """Return the median of the runs that ended well."""
    return float(statistics.median(cost[name] for cost in costs if cost["failure"] is None))


def size_table(by_size: Costs, size: int) -> str:
    """Return one row a way: medians, and the smallest and largest."""
    here = {way: found for (lines, way), found in by_size.items() if lines == size}
    loads = [cost["load"] for found in here.values() for cost in found]
    baseline = here.get(BASELINE, [])
    has_baseline = any(cost["failure"] is None for cost in baseline)
    rows = [
        f"## {size:,} lines\n",
        f"{next(iter(here.values()))[0]['machine']}. Load of the machine when a run began: "
        f"{min(loads):.1f} to {max(loads):.1f}.\n",
        "| way | runs | seconds (smallest - largest) | CPU seconds | memory, GB "
        "| CPU, x script | seconds, x script |",
        "|---|---|---|---|---|---|---|",
    ]
    for way, label in LABELS.items():
        found = here.get(way, [])
        if not found:
            continue
        failures = [cost["failure"] for cost in found if cost["failure"]]
        if failures:
            rows.append(f"| {label} | {len(found)} | {failures[0]} | | | | |")
            continue
        ratios = ["", ""]
        if has_baseline:
            ratios = [
                f"{median(found, name) / median(baseline, name):.2f}"
                for name in ("cpu_seconds", "wall_seconds")
            ]
        rows.append(
            f"| {label} | {len(found)} | {spread(found, 'wall_seconds')} "
            f"| {spread(found, 'cpu_seconds')} | {median(found, 'peak_gb'):.2f} "
            f"| {' | '.join(ratios)} |"
        )
    return "\n".join(rows) + "\n"


def spread(costs: list[Cost], name: str) -> str:
    """Return the median, and the smallest and largest in brackets."""
    values = [cost[name] for cost in costs]
    form: Callable[[float], str] = "{:,.1f}".format if max(values) >= 1 else "{:.2f}".format
    text = form(statistics.median(values))
    return text if len(values) == 1 else f"{text} ({form(min(values))} - {form(max(values))})"


def aims_table(by_size: Costs, sizes: list[int]) -> str:
    """Return what is aimed for and what was measured, at each size."""
    rows = [
        "## Aims\n",
        "In bold: what misses its aim. Exponents: how a cost grows with the lines, 1 as they do.\n",
        "| cost | aim, at most | " + " | ".join(f"{size:,} lines" for size in sizes) + " |",
        "|---" * (len(sizes) + 2) + "|",
    ]
    for way, other, name, aim in AIMS:
        found = [ratio(by_size, (size, way), (size, other), name) for size in sizes]
        about = f"{LABELS[way]}: {NAMES[name]}, x {LABELS[other]}"
        rows += row(about, aim, found)
    for way in ("run-core", "polars", "script"):
        for name in ("cpu_seconds", "peak_gb"):
            found = [math.nan]
            for low, high in pairwise(sizes):
                times = ratio(by_size, (high, way), (low, way), name)
                found.append(math.log(times) / math.log(high / low))
            most = GROWTH_AIM if way == "run-core" else None
            rows += row(f"{LABELS[way]}: growth of {NAMES[name]}, exponent", most, found)
    return "\n".join(rows) + "\n"


def ratio(by_size: Costs, one: tuple[int, str], other: tuple[int, str], name: str) -> float:
    """Return how often one median is the other; not a number where either did not end well."""
    both = [by_size.get(key, []) for key in (one, other)]
    if not all(found and all(cost["failure"] is None for cost in found) for found in both):
        return math.nan
    return median(both[0], name) / median(both[1], name)


def row(about: str, aim: float | None, found: list[float]) -> list[str]:
    """Return a row of the table, what misses the aim in bold; none if nothing was measured."""
    cells = [
        "" if math.isnan(value) else f"**{value:.2f}**" if aim and value > aim else f"{value:.2f}"
        for value in found
    ]
    return [f"| {about} | {aim or ''} | {' | '.join(cells)} |"] if any(cells) else []


def stage_table(by_size: Costs, size: int) -> str:
    """Return where the time of `dbt run` goes: share by folder, and the slowest models."""
    found = [cost for cost in by_size.get((size, "run"), []) if cost["failure"] is None]
    if not found:
        return ""
    seconds = pd.DataFrame([cost["stages"] for cost in found]).median().sort_values()[::-1]
    total = seconds.sum()
    wall = median(found, "wall_seconds")
    slowest = [
        f"| `{str(node).rpartition('.')[2]}` | {value:.1f} | {value / total:.0%} |"
        for node, value in seconds.head(SLOWEST).items()
    ]
    rest = seconds.iloc[SLOWEST:]
    return "\n".join(
        [
            f"## Where the seconds go at {size:,} lines\n",
            f"Of `dbt run`, {wall:.1f} s, its {len(seconds)} nodes take {total:.1f}; dbt's start "
            "and what it does between them is the rest.\n",
            "| node | seconds | share |",
            "|---|---|---|",
            *slowest,
            f"| {len(rest)} others | {rest.sum():.1f} | {rest.sum() / total:.0%} |\n",
        ]
    )


def picture(by_size: Costs) -> str:
    """Draw seconds over lines, both in logs; return the name of the file."""
    rows = [
        {
            "lines": size,
            "way": LABELS[way],
            "seconds": median(found, "wall_seconds"),
            "low": min(cost["wall_seconds"] for cost in found),
            "high": max(cost["wall_seconds"] for cost in found),
            "is_ours": way in OURS,
        }
        for (size, way), found in by_size.items()
        if not any(cost["failure"] for cost in found)
    ]
    order = [label for label in LABELS.values() if label in {row["way"] for row in rows}]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X("lines:Q", scale=alt.Scale(type="log", nice=False, padding=20), title="lines"),
        color=alt.Color("way:N", sort=order, title=None, scale=alt.Scale(scheme="tableau10")),
    )
    seconds = alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds")
    dash = alt.StrokeDash("is_ours:N", scale=alt.Scale(range=[[4, 3], [1, 0]]), legend=None)
    ends = base.mark_rule(opacity=0.6).encode(
        y=alt.Y("low:Q", scale=alt.Scale(type="log"), title="seconds"), y2="high:Q"
    )
    chart = (
        base.mark_line().encode(y=seconds, strokeDash=dash)
        + base.mark_point(filled=True, size=50, opacity=1).encode(y=seconds)
        + ends
    ).properties(width=520, height=360)
    chart.configure(background="white", padding=16, font="DejaVu Sans, Helvetica, Arial").save(
        DOCS / "benchmark.png", scale_factor=2
    )
    return "benchmark.png"
