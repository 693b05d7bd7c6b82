r"""Which operators of a model take the time: `explain analyze` of its compiled SQL.

    dbt compile
    python -m benchmarks.explain warehouse.duckdb fct_orders int_customer_item_counts

One line an operator, the slowest first: seconds of all threads, share, rows out. Nothing is
written, so what it takes to store the rows is not in it.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from customer_segments.warehouse import open_warehouse

COMPILED = Path("target") / "compiled"
SHOWN = 6


def operators(nodes: list[dict[str, Any]]) -> Iterator[tuple[float, int, str, str]]:
    """Yield seconds, rows, name and what it is about, of each operator of a plan."""
    for node in nodes:
        yield from operators(node.get("children", []))
        about = " ".join(str(value) for value in node["extra_info"].values())
        yield node["timing"], node["intermediate_rows"], node["name"], about


def main() -> None:
    """Print the slowest operators of each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--compiled", type=Path, default=COMPILED)
    given = parser.parse_args()
    with open_warehouse(given.warehouse) as connection:
        for model in given.models:
            # Below a folder named after a yml lie its unit tests.
            [file] = [f for f in given.compiled.rglob(f"{model}.sql") if not f.parent.suffix]
            query = f"explain (analyze, format json) {file.read_text()}"
            [(_, plan)] = connection.execute(query).fetchall()
            found = sorted(operators(json.loads(plan)["operator"]), key=lambda row: -row[0])
            total = sum(row[0] for row in found)
            print(f"\n{model}: {total:.2f} s in {len(found)} operators")
            for seconds, rows, name, about in found[:SHOWN]:
                share = f"{seconds:9.2f} s {seconds / total:5.0%}"
                print(f"{share} {rows:>12,} rows  {name}  {about[:90]}")


if __name__ == "__main__":
    main()
