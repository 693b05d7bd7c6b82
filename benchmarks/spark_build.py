r"""Build on Spark of this machine: in one process, on a cluster, or through Spark Connect.

    python -m benchmarks.spark_build lines.parquet --on cluster --memory 2g --kill-worker

The cluster is a standalone master and two workers on loopback; with --kill-worker one of them is
killed in the middle. Says how long the build took and what `spark_events` reads from Spark's log.
With --same-as warehouse.duckdb, the warehouse of a build of the same lines on DuckDB, the build
scores with that one's model, and every table is compared.
"""

import argparse
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

from benchmarks.spark_events import read_events, report
from benchmarks.spark_tables import differences

PROJECT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(pyspark.__file__).parent / "bin"
MASTERS = {"local": "local[2]", "cluster": "spark://127.0.0.1:17077", "connect": "local[2]"}
CONNECT_PORT = 17002
TABLES_ONLY = ["build", "--exclude-resource-type", "test", "unit_test"]
LOOPBACK = {"SPARK_LOCAL_IP": "127.0.0.1"}

Processes = list[subprocess.Popen[bytes]]


@contextmanager
def servers(on: str, folder: Path, memory: str) -> Iterator[Processes]:
    """Run what a build on a cluster, or through Connect, needs beside it; yield the processes."""
    processes: Processes = []
    try:
        if on == "cluster":
            _start_cluster(processes, folder, memory)
        elif on == "connect":
            _start_connect(processes, folder)
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _start_cluster(processes: Processes, folder: Path, memory: str) -> None:
    """Start a master and two workers of one core each."""
    deploy = "org.apache.spark.deploy"
    address = ["--host", "127.0.0.1", "--webui-port", "0"]
    master = ["spark-class", f"{deploy}.master.Master", *address, "--port", "17077"]
    processes.append(_start(folder, "master", master))
    time.sleep(5)
    for name in ("worker_1", "worker_2"):
        limits = ["--cores", "1", "--memory", memory, "--work-dir", str(folder / name)]
        worker = ["spark-class", f"{deploy}.worker.Worker", *address, *limits, MASTERS["cluster"]]
        processes.append(_start(folder, name, worker))


def _start_connect(processes: Processes, folder: Path) -> None:
    """Start a server of Spark Connect; wait until it answers."""
    server = "org.apache.spark.sql.connect.service.SparkConnectServer"
    processes.append(_start(folder, "server", ["spark-submit", "--class", server]))
    for _ in range(120):
        time.sleep(1)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", CONNECT_PORT)) == 0:
                return
    raise SystemExit(f"The server of Spark Connect does not answer: see {folder / 'server.log'}")


def _start(folder: Path, name: str, command: list[str]) -> subprocess.Popen[bytes]:
    environment = os.environ | LOOPBACK | {"SPARK_CONF_DIR": str(folder / "conf")}
    with (folder / f"{name}.log").open("wb") as output:
        return subprocess.Popen(
            [str(PROGRAMS / command[0]), *command[1:]],
            stdout=output,
            stderr=output,
            env=environment,
        )


def write_settings(on: str, folder: Path, memory: str, more: list[str]) -> None:
    """Write Spark's defaults; for a server of Connect with what profiles.yml says otherwise."""
    settings = {
        "spark.executor.memory": memory,
        "spark.driver.memory": memory,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (folder / "events").as_uri(),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }
    if on == "connect":
        warehouse = folder / "warehouse"
        settings |= {
            "spark.master": MASTERS[on],
            "spark.connect.grpc.binding.port": str(CONNECT_PORT),
            "spark.sql.catalogImplementation": "hive",
            "spark.sql.warehouse.dir": str(warehouse),
            "spark.hadoop.javax.jdo.option.ConnectionURL": (
                f"jdbc:derby:;databaseName={warehouse}/metastore_db;create=true"
            ),
            "spark.driver.extraJavaOptions": (
                f"-Dderby.system.durability=test -Dderby.stream.error.file={folder}/derby.log"
            ),
            "spark.sql.shuffle.partitions": "4",
            "spark.ui.enabled": "false",
        }
    settings |= dict(setting.split("=", 1) for setting in more)
    for name in ("conf", "events"):
        (folder / name).mkdir()
    (folder / "conf" / "spark-defaults.conf").write_text(
        "".join(f"{name} {value}\n" for name, value in settings.items())
    )


def build(
    on: str,
    lines: Path,
    folder: Path,
    dbt_arguments: list[str],
    worker: subprocess.Popen[bytes] | None,
) -> tuple[bool, float]:
    """Build; kill `worker` once a third of the models are made."""
    environment = {
        "INVOICE_LINES": str(lines),
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SEGMENTS_SPARK_MASTER": MASTERS[on],
        "SEGMENTS_SPARK_REMOTE": f"sc://127.0.0.1:{CONNECT_PORT}",
        "SEGMENTS_SPARK_WAREHOUSE": str(folder / "warehouse"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROFILES_DIR": ".",
    }
    target = ["--target", "connect" if on == "connect" else "spark"]
    start = time.monotonic()
    with (folder / "dbt.txt").open("wb") as output:
        dbt = subprocess.Popen(
            [sys.executable, "-m", "dbt.cli.main", *TABLES_ONLY, *target, *dbt_arguments],
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


def main() -> None:
    """Read the arguments, build, report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("lines", type=Path)
    parser.add_argument("--on", choices=MASTERS, default="local")
    parser.add_argument("--folder", type=Path, default=PROJECT / "target" / "spark_build")
    parser.add_argument("--memory", default="1g", help="of the driver and of each executor")
    parser.add_argument(
        "--set", action="append", default=[], help="any setting of Spark, name=value"
    )
    parser.add_argument("--kill-worker", action="store_true")
    parser.add_argument("--same-as", type=Path)
    parser.add_argument("--arguments", default="", help="for dbt, such as --vars ...")
    arguments = parser.parse_args()
    folder = arguments.folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_settings(arguments.on, folder, arguments.memory, arguments.set)
    warehouse = folder / "warehouse"
    if arguments.same_as:
        prepare = [sys.executable, "-m", "benchmarks.spark_tables"]
        subprocess.run([*prepare, arguments.same_as, warehouse], check=True, cwd=PROJECT)
    with servers(arguments.on, folder, arguments.memory) as processes:
        success, seconds = build(
            arguments.on,
            arguments.lines.absolute(),
            folder,
            shlex.split(arguments.arguments),
            processes[1] if arguments.kill_worker else None,
        )
    print(f"{'built' if success else 'FAILED'} in {seconds:.0f} s")
    report(read_events(folder / "events"))
    if arguments.same_as:
        found = differences(arguments.same_as, warehouse)
        print("\n".join(map(str, found.items())) or "every table is that of DuckDB")


if __name__ == "__main__":
    main()
