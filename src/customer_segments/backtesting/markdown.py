"""The measures of a backtest as Markdown, in columns so that a terminal shows tables too."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from customer_segments.backtesting.measures import OURS

HEADINGS = {
    "eta2_adj": "eta2_adj",
    "auc": "AUC",
    "gini": "Gini",
    "item_bits": "item bits",
    "rec_lift": "item lift",
    "rec_lift_shrunk": "drawn to taste",
}


def backtest_report(table: pd.DataFrame) -> str:
    """Return two tables for each cutoff: the values, and how much the segments are above others."""
    return "\n".join(
        line for _, cutoff in table.groupby("as_of_date") for line in _cutoff_report(cutoff)
    )


def _cutoff_report(cutoff: pd.DataFrame) -> Iterator[str]:
    rows = cutoff.to_dict("records")
    count, buyers = rows[0]["customer_count"], rows[0]["buyer_count"]
    yield (
        f"\nAs of {rows[0]['as_of_date']}: {count:,} customers of {rows[0]['input_name']}, "
        f"{buyers / count:.0%} bought again before {rows[0]['outcomes_until_date']}.\n"
    )
    designs: dict[str, dict[str, Any]] = {}
    for row in rows:
        designs.setdefault(row["design"], {})[row["measure"]] = row
    lines = [["design", "groups", "sizes", *HEADINGS.values()]]
    for name, measures in designs.items():
        smallest, largest = measures["smallest_share"], measures["largest_share"]
        sizes = f"{smallest['value']:.1%} to {largest['value']:.1%}"
        cells = (_value(measures[measure]) for measure in HEADINGS)
        lines.append([name, str(smallest["segment_count"]), sizes, *cells])
    yield from _markdown(lines)
    yield f"\n{OURS.capitalize()} less each, bold where the interval leaves out 0:\n"
    lines = [["design", *HEADINGS.values()]]
    for name, measures in designs.items():
        if name != OURS:
            lines.append([name, *(_difference(measures[measure]) for measure in HEADINGS)])
    yield from _markdown(lines)


def _value(row: dict[str, Any]) -> str:
    if pd.isna(row["value"]):
        return "-"
    value, low, high = (f"{row[name]:.3f}" for name in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def _difference(row: dict[str, Any]) -> str:
    low, high = row["difference_low"], row["difference_high"]
    if pd.isna(row["difference"]):
        return "-"
    text = f"{row['difference']:+.3f} ({low:+.3f} to {high:+.3f})"
    return f"**{text}**" if low > 0 or high < 0 else text


def _markdown(lines: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"
