r"""`make bench`: the project next to other ways of doing the same work, in the same run.

    make bench                         # 541,909 and 5 million lines, three runs of each way
    make bench SIZES="0.5 5 50" RUNS=1 WAYS="script polars run"

The ways take turns (A B C A B C ...), so that what disturbs the machine disturbs all of them. Lines
are those of the public file, if it is there, and grown from the sample (grow_sample.py) for the
larger sizes. Figures are kept in target/bench/costs.json, and docs/benchmark.md is written from it.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from benchmarks.benchmark_page import write_page
from benchmarks.grow_sample import grow
from benchmarks.measure import machine, measure
from benchmarks.peers.texts import VIEWS
from benchmarks.same_rows import signatures

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "target" / "bench"
PUBLIC_LINES = 541_909
PUBLIC_FILE = PROJECT / "data" / "public" / "online_retail_2010_2011.parquet"
# The tables that peers make: the way to the summary, and what became of each line.
CORE = ("run", "--select", "+rpt_segment_summary", "+rpt_line_dispositions")
TEXT_VIEWS = [view.rpartition(".")[2] for view in VIEWS.values()]


@dataclass(frozen=True)
class Way:
    """A way to do the work: a Python file under peers/, or arguments of dbt."""

    name: str
    file: str = ""
    dbt: tuple[str, ...] = ()
    most_lines: int | None = None
    # Whether it also leaves texts, where it would leave views of keys.
    writes_texts: bool = False


WAYS = [
    Way("scan", file="scan"),
    Way("exercise", file="exercise", most_lines=PUBLIC_LINES),
    Way("pandas", file="pandas_scipy"),
    Way("script", file="duckdb_script"),
    Way("polars", file="polars_scikit"),
    Way("run-core", dbt=CORE),
    Way("script-texts", file="duckdb_script", writes_texts=True),
    Way("polars-texts", file="polars_scikit", writes_texts=True),
    Way("core-texts", dbt=(*CORE, *TEXT_VIEWS), writes_texts=True),
    Way("run", dbt=("run",)),
    Way("build", dbt=("build",)),
]


def lines_file(millions: float) -> tuple[Path, int]:
    """Return the Parquet file of a size, and its lines; grow it if it is not there yet."""
    if millions == 0.5 and PUBLIC_FILE.exists():
        return PUBLIC_FILE, PUBLIC_LINES
    count = PUBLIC_LINES if millions == 0.5 else round(millions * 1_000_000)
    folder = FOLDER / f"lines_{count}"
    if not (folder / "history.parquet").exists():
        print(f"Growing the sample to {count:,} lines", flush=True)
        grow(count, folder)
    [(found,)] = duckdb.execute(
        "select count(*) from read_parquet(?)", [str(folder / "history.parquet")]
    ).fetchall()
    return folder / "history.parquet", found


def run_once(
    way: Way, lines: Path, time_limit: float, memory_gb: float
) -> tuple[dict[str, object], dict[str, str]]:
    """Do the work once in an empty folder; return what it took, and signatures of its tables."""
    folder = FOLDER / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {**os.environ}
    if way.file:
        command = [sys.executable, "-m", f"benchmarks.peers.{way.file}", str(lines), str(folder)]
        command += ["texts"] if way.writes_texts else []
    else:
        environment |= {
            "INVOICE_LINES": str(lines),
            "SEGMENTS_WAREHOUSE": str(folder / "warehouse.duckdb"),
            "SEGMENTS_MODELS": str(folder / "models.duckdb"),
            "SEGMENTS_DATABASE": str(folder / "published.duckdb"),
            "DBT_TARGET_PATH": str(FOLDER / "dbt"),
            "DBT_LOG_PATH": str(folder),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_PROJECT_DIR": str(PROJECT),
        }
        dbt = [str(Path(sys.executable).with_name("dbt")), "--quiet"]
        scope = ["--vars", "{customer_scope: all, stability_severity: warn}"]
        command = [*dbt, *way.dbt, *scope]
        if way.dbt[0] == "run":  # it expects the seeds, and a build brings them along
            subprocess.run([*dbt, "seed", *scope], check=True, env=environment, cwd=PROJECT)
        if way.writes_texts:
            texts = [sys.executable, "-m", "benchmarks.peers.texts", str(folder)]
            command = ["sh", "-c", f"{shlex.join(command)} && {shlex.join(texts)}"]
    (FOLDER / "dbt" / "run_results.json").unlink(missing_ok=True)
    load = os.getloadavg()[0]
    cost = measure(command, environment, folder / "output.txt", time_limit, memory_gb)
    rows = signatures(folder) if cost.failure is None else {}
    return {"way": way.name, "load": load, **asdict(cost), "stages": stages(way)}, rows


def stages(way: Way) -> dict[str, float]:
    """Return seconds of each node of the dbt run that has just ended."""
    results = FOLDER / "dbt" / "run_results.json"
    if not way.dbt or not results.exists():
        return {}
    return {
        result["unique_id"].split(".", 1)[1].removeprefix("customer_segments."): result[
            "execution_time"
        ]
        for result in json.loads(results.read_text())["results"]
    }


def main() -> None:
    """Measure what is asked for, print it, write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", nargs="+", type=float, default=[0.5, 5], help="million lines")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--ways", nargs="+", default=[way.name for way in WAYS])
    parser.add_argument("--time-limit", type=float, default=1800, help="seconds a run may take")
    parser.add_argument("--memory-gb", type=float, default=20, help="what a run may take")
    given = parser.parse_args()
    if unknown := set(given.ways) - {way.name for way in WAYS}:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(w.name for w in WAYS)}")
    os.chdir(PROJECT)
    file = FOLDER / "costs.json"
    for size in given.sizes:
        lines, count = lines_file(size)
        ways = [
            way for way in WAYS if way.name in given.ways and count <= (way.most_lines or count)
        ]
        before = json.loads(file.read_text()) if file.exists() else []
        costs: list[dict[str, object]] = []
        first: dict[str, str] = {}  # rows of the first way that left a table
        for number in range(1, given.runs + 1):
            for way in ways:
                found, rows = run_once(way, lines, given.time_limit, given.memory_gb)
                others = [name for name in rows if first.setdefault(name, rows[name]) != rows[name]]
                costs.append({"lines": count, "machine": machine(), **found})
                print(
                    f"{count:>11,} lines  {way.name:12} run {number}: "
                    f"{found['wall_seconds']:8.2f} s, {found['cpu_seconds']:8.2f} CPU s, "
                    f"{found['peak_gb']:6.2f} GB  {found['failure'] or ''}"
                    f"{len(rows)} tables compared, other rows in: {', '.join(others) or 'none'}",
                    flush=True,
                )
                measured = {cost["way"] for cost in costs}
                kept = [
                    cost for cost in before if cost["lines"] != count or cost["way"] not in measured
                ]
                file.write_text(json.dumps(kept + costs, indent=1))
        write_page(kept + costs)
    print("Written to docs/benchmark.md")


if __name__ == "__main__":
    main()
