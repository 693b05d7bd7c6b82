"""How long commands take on the sample while one works on the project, next to `dbt parse`.

    python -m benchmarks.inner_loop --runs 3

Commands take turns, as whole processes. A build starts from an empty warehouse, whatever was there:
the first fits a model, and the later ones score with it. `dbt run` makes every table again in the
warehouse of the build before. Printed are medians of seconds, and how many of a parse they are.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import measure

PROJECT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
COMMANDS = {
    "`dbt parse`, nothing changed": [f"{BIN}/dbt", "--quiet", "parse"],
    "`dbt run`": [f"{BIN}/dbt", "--quiet", "run"],
    "`make build`": [f"{BIN}/customer-segments", "build"],
    "`dbt build`, with unit tests": [f"{BIN}/dbt", "--quiet", "build"],
}
# Beyond these something else is wrong with the machine.
TIME_LIMIT, MEMORY_GB = 600, 8


def main() -> None:
    """Measure the commands in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "INVOICE_LINES": str(PROJECT / "data" / "sample" / "invoice_lines.csv"),
            "SEGMENTS_WAREHOUSE": str(folder / "warehouse.duckdb"),
            "SEGMENTS_MODELS": str(folder / "models.duckdb"),
            "SEGMENTS_DATABASE": str(folder / "published.duckdb"),
        }

        def seconds(command: str) -> float:
            cost = measure(
                COMMANDS[command], environment, folder / "output.txt", TIME_LIMIT, MEMORY_GB
            )
            if cost.failure:
                sys.exit(f"{command}: {cost.failure}")
            return cost.wall_seconds

        first = seconds("`make build`")
        seconds("`dbt parse`, nothing changed")
        found = [{command: seconds(command) for command in COMMANDS} for _ in range(given.runs)]
    medians = {
        command: statistics.median(turn[command] for turn in found) for command in COMMANDS
    } | {"`make build`, the first, which fits a model": first}
    parse = next(iter(medians.values()))
    print("| command | seconds | x parse |\n|---|---|---|")
    for command, median in medians.items():
        print(f"| {command} | {median:.1f} | {median / parse:.1f} |")


if __name__ == "__main__":
    main()
