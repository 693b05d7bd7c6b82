r"""Build on a Spark cluster of this machine: a standalone master and two workers on loopback.

    python -m benchmarks.spark_cluster lines.parquet --executor-memory 2g --kill-worker

Says how long the build took, what each executor did and how much was shuffled, from Spark's event
log. With --kill-worker one worker is killed in the middle. With --same-as warehouse.duckdb, the
warehouse of a build of the same lines on DuckDB, the build scores with that one's model, and every
table is compared.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

from benchmarks.spark_tables import differences

PROJECT = Path(__file__).resolve().parents[1]
SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
MASTER = "spark://127.0.0.1:17077"
TABLES_ONLY = ["build", "--target", "spark", "--exclude-resource-type", "test", "unit_test"]
LOOPBACK = {"SPARK_LOCAL_IP": "127.0.0.1"}


@contextmanager
def cluster(folder: Path, memory: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run a master and two workers of one core each; yield the workers."""
    deploy = "org.apache.spark.deploy"
    address = ["--host", "127.0.0.1", "--webui-port", "0"]
    processes = [
        _start(folder / "master.log", f"{deploy}.master.Master", *address, "--port", "17077")
    ]
    time.sleep(5)
    for number in (1, 2):
        processes.append(
            _start(
                folder / f"worker_{number}.log",
                f"{deploy}.worker.Worker",
                *address,
                *("--cores", "1", "--memory", memory, "--work-dir", str(folder / f"work_{number}")),
                MASTER,
            )
        )
    try:
        yield processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _start(log: Path, *command: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(SPARK_CLASS), *command], stdout=output, stderr=output, env=os.environ | LOOPBACK
        )


def build(
    lines: Path,
    folder: Path,
    memory: str,
    dbt_arguments: list[str],
    worker: subprocess.Popen[bytes] | None,
) -> tuple[bool, float]:
    """Build on the cluster; kill `worker` once a third of the models are made."""
    configuration = folder / "conf"
    configuration.mkdir()
    (folder / "events").mkdir()
    settings = {
        "spark.executor.memory": memory,
        "spark.driver.memory": memory,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (folder / "events").as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }
    (configuration / "spark-defaults.conf").write_text(
        "".join(f"{name} {value}\n" for name, value in settings.items())
    )
    environment = {
        "INVOICE_LINES": str(lines),
        "SPARK_CONF_DIR": str(configuration),
        "SEGMENTS_SPARK_MASTER": MASTER,
        "SEGMENTS_SPARK_WAREHOUSE": str(folder / "warehouse"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "PYTHONPATH": os.pathsep.join(["python_models", "plugins"]),
        "DBT_PROFILES_DIR": ".",
    }
    start = time.monotonic()
    with (folder / "dbt.txt").open("wb") as output:
        dbt = subprocess.Popen(
            [sys.executable, "-m", "dbt.cli.main", *TABLES_ONLY, *dbt_arguments],
            cwd=PROJECT,
            env=os.environ | LOOPBACK | environment,
            stdout=output,
            stderr=output,
        )
        while dbt.poll() is None:
            time.sleep(1)
            if worker and (folder / "dbt.txt").read_bytes().count(b" OK created ") >= 28:
                worker.kill()
                print(f"killed a worker after {time.monotonic() - start:.0f} s", flush=True)
                worker = None
    return dbt.returncode == 0, time.monotonic() - start


def report_events(folder: Path) -> None:
    """Print what each executor did, from the event log."""
    tasks: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    shuffled = spilled = largest = 0
    for log in (folder / "events").iterdir():
        for line in log.open(encoding="utf-8"):
            event = json.loads(line)
            if event["Event"] == "SparkListenerExecutorRemoved":
                print(f"executor {event['Executor ID']} lost: {event['Removed Reason'][:60]}")
            if event["Event"] != "SparkListenerTaskEnd":
                continue
            executor = event["Task Info"]["Executor ID"]
            if event["Task End Reason"]["Reason"] != "Success":
                failed[executor] += 1
                continue
            metrics = event["Task Metrics"]
            tasks[executor] += 1
            seconds[executor] += metrics["Executor Run Time"] / 1000
            shuffled += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            spilled += metrics["Disk Bytes Spilled"]
            largest = max(largest, metrics["Peak Execution Memory"])
    for executor, count in sorted(tasks.items()):
        print(
            f"executor {executor}: {count:,} tasks, {seconds[executor]:.0f} s, "
            f"{failed[executor]} repeated elsewhere"
        )
    print(
        f"shuffled {shuffled / 1e6:,.0f} MB, spilled {spilled / 1e6:,.0f} MB, "
        f"at most {largest / 1e6:,.0f} MB of memory in a task"
    )


def main() -> None:
    """Read the arguments, build, report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lines", type=Path)
    parser.add_argument("--folder", type=Path, default=PROJECT / "target" / "spark_cluster")
    parser.add_argument("--executor-memory", default="1g")
    parser.add_argument("--kill-worker", action="store_true")
    parser.add_argument("--same-as", type=Path)
    parser.add_argument("--arguments", default="", help="for dbt, such as --vars ...")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.folder, ignore_errors=True)
    arguments.folder.mkdir(parents=True)
    warehouse = arguments.folder / "warehouse"
    if arguments.same_as:
        prepare = [sys.executable, "-m", "benchmarks.spark_tables"]
        subprocess.run([*prepare, arguments.same_as, warehouse], check=True, cwd=PROJECT)
    with cluster(arguments.folder, arguments.executor_memory) as workers:
        success, seconds = build(
            arguments.lines.absolute(),
            arguments.folder,
            arguments.executor_memory,
            shlex.split(arguments.arguments),
            workers[0] if arguments.kill_worker else None,
        )
    print(f"{'built' if success else 'FAILED'} in {seconds:.0f} s")
    report_events(arguments.folder)
    if arguments.same_as:
        found = differences(arguments.same_as, warehouse)
        print("\n".join(map(str, found.items())) or "every table is that of DuckDB")


if __name__ == "__main__":
    main()
