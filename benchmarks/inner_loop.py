r"""What of a build of the sample is dbt's own: beside it, a project with as many nodes and no work.

    python -m benchmarks.inner_loop --runs 3

Parse, build from nothing, and run on what the build left: that is how it goes while one works, and
a model is kept then. Both take turns, as whole processes. The empty project has as many models,
data tests and unit tests, each a `select` of one row. Printed are medians of seconds, and how many
of this project's parse they are.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.measure import measure

PROJECT = Path(__file__).resolve().parents[1]
COMMANDS = ["parse", "build", "run"]
DBT = str(Path(sys.executable).with_name("dbt"))
# Beyond these something else is wrong with the machine.
TIME_LIMIT, MEMORY_GB = 600, 8


def write_empty_project(folder: Path, nodes: Counter[str]) -> None:
    """Write a project with so many models, data tests and unit tests."""
    (folder / "models").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "dbt_project.yml").write_text(
        "{name: empty, profile: empty, models: {+materialized: table}, "
        "flags: {send_anonymous_usage_stats: false}}"
    )
    (folder / "profiles.yml").write_text(
        f"empty: {{target: dev, outputs: {{dev: {{type: duckdb, path: {folder}/empty.duckdb}}}}}}"
    )
    models = nodes["model"]
    (folder / "models" / "m0.sql").write_text("select 1 as id")
    for number in range(1, models):
        parent = (number - 1) // 3  # a tree, about as deep as a project is
        sql = f"select * from {{{{ ref('m{parent}') }}}}"
        (folder / "models" / f"m{number}.sql").write_text(sql)
    for number in range(nodes["test"]):
        sql = f"select * from {{{{ ref('m{number % models}') }}}} where id <> 1"
        (folder / "tests" / f"t{number}.sql").write_text(sql)
    unit_tests = [
        {
            "name": f"u{number}",
            "model": f"m{1 + number % (models - 1)}",
            "given": [{"input": f"ref('m{number % (models - 1) // 3}')", "rows": [{"id": 3}]}],
            "expect": {"rows": [{"id": 3}]},
        }
        for number in range(nodes["unit_test"])
    ]
    (folder / "models" / "tests.yml").write_text(json.dumps({"unit_tests": unit_tests}))


def count_nodes(target: Path) -> Counter[str]:
    """Return how many nodes of each type the project has."""
    manifest = json.loads((target / "manifest.json").read_text())
    counts = Counter(node["resource_type"] for node in manifest["nodes"].values())
    counts["unit_test"] = len(manifest["unit_tests"])
    return counts


def main() -> None:
    """Measure both projects in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, empty = folder / "ours", folder / "empty"
        ours.mkdir()
        environments = {
            "this project": {
                "DBT_PROJECT_DIR": str(PROJECT),
                "DBT_PROFILES_DIR": str(PROJECT),
                "DBT_TARGET_PATH": str(ours / "target"),
                "DBT_LOG_PATH": str(ours / "logs"),
                "INVOICE_LINES": str(PROJECT / "data" / "sample" / "invoice_lines.csv"),
                "SEGMENTS_WAREHOUSE": str(ours / "warehouse.duckdb"),
                "SEGMENTS_MODELS": str(ours / "models.duckdb"),
                "SEGMENTS_DATABASE": str(ours / "published.duckdb"),
            },
            "an empty one": {"DBT_PROJECT_DIR": str(empty), "DBT_PROFILES_DIR": str(empty)},
        }

        def seconds(project: str, command: str) -> float:
            cost = measure(
                [DBT, "--quiet", command],
                os.environ | environments[project],
                folder / "output.txt",
                TIME_LIMIT,
                MEMORY_GB,
            )
            if cost.failure:
                sys.exit(f"dbt {command} of {project}: {cost.failure}")
            return cost.wall_seconds

        seconds("this project", "parse")
        write_empty_project(empty, count_nodes(ours / "target"))
        seconds("an empty one", "parse")
        found: dict[tuple[str, str], list[float]] = {}
        for _ in range(given.runs):
            for database in folder.glob("*/*.duckdb*"):
                database.unlink()
            for command in COMMANDS:
                for project in environments:
                    found.setdefault((project, command), []).append(seconds(project, command))
    parse = statistics.median(found["this project", "parse"])
    print("| project | " + " | ".join(f"{command}, s (x parse)" for command in COMMANDS) + " |")
    print("|---" * (1 + len(COMMANDS)) + "|")
    for project in environments:
        medians = [statistics.median(found[project, command]) for command in COMMANDS]
        cells = [f"{median:.1f} ({median / parse:.1f})" for median in medians]
        print(f"| {project} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
