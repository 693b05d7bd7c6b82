r"""Figures of docs/decisions/14-profiles.md: how lists of items hold in what follows.

    python -m benchmarks.item_study lines.parquet --scope all \
        --cutoffs 2011-06-01 2011-09-01 --builds builds

Builds that are in the folder already are used again.
"""

import argparse
from pathlib import Path

import duckdb
import pandas as pd

from benchmarks.item_backtest import LISTS, SEGMENTS, kept_lift, next_item_hits
from benchmarks.marts import make_marts


def build(file: Path, as_of: str, scope: str, folder: Path) -> Path:
    """Return the marts that dbt made of `file` as of a day."""
    return make_marts(
        folder / f"{file.stem}.{scope}.{as_of}.duckdb",
        file,
        ["rpt_segment_items", "fct_next_best_items"],
        f"{{as_of: {as_of}, customer_scope: {scope}}}",
    )


def measure(before: Path, after: Path, as_of: str) -> dict[str, float]:
    """Return what became of the lists that were made as of a day."""
    with duckdb.connect(str(before), read_only=True) as marts:
        lists = marts.sql(LISTS).df()
        segments = marts.sql(SEGMENTS).df()
        recommended = marts.sql("from fct_next_best_items").df()
        past = marts.sql("from fct_sale_lines where net_unit_count > 0").df()
    with duckdb.connect(str(after), read_only=True) as marts:
        later = marts.sql(
            f"from fct_sale_lines where net_unit_count > 0 and invoiced_at >= '{as_of}'"
        ).df()
    kept = kept_lift(lists, segments, later)
    hits = next_item_hits(recommended, past, later)
    return {
        "listed": len(kept),
        "not sold later": int(kept["is_kept"].isna().sum()),
        "kept": float(kept["is_kept"].mean()),
        "customers": len(hits),
        "new items": int(hits["new_count"].sum()),
        "recommended": int(hits["recommended_hits"].sum()),
        "bestsellers": int(hits["bestseller_hits"].sum()),
        "wins": int((hits["recommended_hits"] > hits["bestseller_hits"]).sum()),
        "losses": int((hits["recommended_hits"] < hits["bestseller_hits"]).sum()),
    }


def main() -> None:
    """Print one row per cutoff."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--scope", default="international")
    parser.add_argument("--cutoffs", nargs="+", required=True)
    parser.add_argument("--builds", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.builds.mkdir(parents=True, exist_ok=True)
    file, folder = arguments.file.resolve(), arguments.builds.resolve()
    after = build(file, "data", arguments.scope, folder)
    rows = {
        cutoff: measure(build(file, cutoff, arguments.scope, folder), after, cutoff)
        for cutoff in arguments.cutoffs
    }
    print(pd.DataFrame.from_dict(rows, orient="index").round(3).to_string())


if __name__ == "__main__":
    main()
