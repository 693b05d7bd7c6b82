"""The measures of a backtest as Markdown, in columns so that a terminal shows tables too.

What they come to stands below the tables in plain words.
"""

from collections.abc import Iterator, Mapping
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
QUESTIONS = {
    "eta2_adj": "how much customers spend",
    "auc": "who buys again",
    "gini": "who spends most",
    "item_bits": "what they buy",
    "rec_lift": "which bestsellers they buy",
}
VERDICTS = ("better", "level", "worse", "not measured")
RIVALS = {"rfm": "RFM", "country": "country", "sales terciles": "sales thirds"}


def backtest_report(table: pd.DataFrame) -> str:
    """Return for each cutoff the values, how much the segments are above others, and in words."""
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
    yield f"\nIn words, segments of these {count:,} customers tell:\n"
    yield from _in_words(designs)


def _in_words(designs: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield a sentence a measure against each rival, and how often they are better than each."""
    rivals = {name: label for name, label in RIVALS.items() if name in designs}
    for measure, question in QUESTIONS.items():
        found = (_against(label, designs[name][measure]) for name, label in rivals.items())
        yield f"- {question} ({HEADINGS[measure]}): {', '.join(found)}."
    for name, label in rivals.items():
        words = [verdict(designs[name][measure]) for measure in QUESTIONS]
        counted = [f"{word} in {words.count(word)}" for word in VERDICTS if word in words]
        yield f"- Against {label} in all: {', '.join(counted)} of {len(words)}."


def verdict(row: Mapping[str, Any]) -> str:
    """Return what the interval of a difference says; level, it holds 0, is not to say a tie."""
    if pd.isna(row["difference_low"]):
        return "not measured"
    if row["difference_low"] > 0:
        return "better"
    return "worse" if row["difference_high"] < 0 else "level"


def _against(label: str, row: Mapping[str, Any]) -> str:
    found = verdict(row)
    if found == "not measured":
        return f"not measured against {label}"
    low, high = row["difference_low"], row["difference_high"]
    joint = "with" if found == "level" else "than"
    amount = f"{row['difference']:+.3f}, {low:+.3f} to {high:+.3f}"
    return f"{found} {joint} {label} ({amount})"


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
    return f"**{text}**" if verdict(row) in ("better", "worse") else text


def _markdown(lines: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"
