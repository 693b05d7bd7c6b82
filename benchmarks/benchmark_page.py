"""docs/benchmark.md and its picture, from what `make bench` measured."""

import math
import statistics
from collections.abc import Callable, Iterator
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
    "run": "dbt run",
    "build": "dbt build",
}
BASELINE = "script"
OURS = ("run-core", "run", "build")
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
        growth_table(by_size, sizes),
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


def growth_table(by_size: Costs, sizes: list[int]) -> str:
    """Return how CPU seconds grow with lines: 1 is linear, below it there is a fixed part."""
    steps = list(pairwise(sizes))
    if not steps:
        return ""
    rows = [
        "## Growth\n",
        "Exponent of the CPU seconds (of the memory) over the lines: 1 doubles with the lines.\n",
        "| way | " + " | ".join(f"{low:,} to {high:,}" for low, high in steps) + " |",
        "|---" * (len(steps) + 1) + "|",
    ]
    for way, label in LABELS.items():
        cells = list(growth(by_size, way, steps))
        if any(cells):
            rows.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def growth(by_size: Costs, way: str, steps: list[tuple[int, int]]) -> Iterator[str]:
    """Yield a cell for each step from one size to the next."""
    for low, high in steps:
        pair = [by_size.get((size, way), []) for size in (low, high)]
        if all(found and not any(cost["failure"] for cost in found) for found in pair):
            exponents = [
                math.log(median(pair[1], name) / median(pair[0], name)) / math.log(high / low)
                for name in ("cpu_seconds", "peak_gb")
            ]
            yield f"{exponents[0]:.2f} ({exponents[1]:.2f})"
        else:
            yield ""


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
