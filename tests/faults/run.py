"""Break builds on purpose, and check that nothing half-made is ever seen. `make test-faults`.

Too slow for every test run: each kill costs two builds. One line a fault, exit code 1 on the first
that does harm.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
KILLS = 20
KILLS_WHILE_PUBLISHING = 10
READS_A_SECOND = 5
SEED = 7
Tables = dict[str, list[tuple[object, ...]]]


def start(folder: Path, **settings: str) -> subprocess.Popen[str]:
    """Start a build of the sample in `folder`, in a process group of its own."""
    environment = os.environ | {
        "SEGMENTS_WAREHOUSE": str(folder / "warehouse.duckdb"),
        "SEGMENTS_DATABASE": str(folder / "published.duckdb"),
        "SEGMENTS_MODELS": str(folder / "models.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "customer_segments", "build"],
        cwd=PROJECT,
        env=environment | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(build: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a build; return its exit code and what it said went wrong."""
    _, message = build.communicate(timeout=600)
    return build.returncode, message


def tables(folder: Path) -> Tables:
    """Return all rows of the published tables."""
    with duckdb.connect(str(folder / "published.duckdb"), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        return {
            name: connection.execute(f"from {name} order by all").fetchall() for (name,) in names
        }


def check(holds: bool, what: str, message: str = "") -> None:
    """Print what was tried; stop at the first thing that does not hold."""
    print(f"{'ok  ' if holds else 'FAIL'}  {what}", flush=True)
    if not holds:
        sys.exit(message or 1)


def digests(folder: Path) -> list[tuple[object, ...]]:
    """Return the number of rows and a digest of each published table."""
    with duckdb.connect(str(folder / "published.duckdb"), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        sql = "select '{0}', count(*), sum(hash(row)) from {0} as row"
        return connection.execute(
            " union all ".join(sql.format(*name) for name in names)
        ).fetchall()


class Reader(threading.Thread):
    """Reads the published tables again and again, as dashboards do, and notes what is not whole."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.expected = folder, digests(folder)
        self.is_over = threading.Event()
        self.count = 0
        self.problems: list[str] = []

    def run(self) -> None:
        while not self.is_over.wait(1 / READS_A_SECOND):
            self.count += 1
            try:
                if digests(self.folder) != self.expected:
                    self.problems.append("other rows")
            except duckdb.Error as error:
                self.problems.append(str(error))


def killed(folder: Path, expected: Tables, duration: float) -> None:
    """kill -9 at random moments: what is published is whole, and the next build is right."""
    moments = random.Random(SEED)
    for number in range(1, KILLS + 1):
        moment = moments.uniform(0.5, duration)
        build = start(folder)
        time.sleep(moment)
        when = f"after {moment:.1f} s of {duration:.1f}"
        kill(build, folder, expected, f"kill {number} of {KILLS} {when}")


def killed_while_publishing(folder: Path, expected: Tables) -> None:
    """kill -9 while the file that is to be published is written."""
    moments = random.Random(SEED)
    for number in range(1, KILLS_WHILE_PUBLISHING + 1):
        build = start(folder)
        while build.poll() is None and not list(folder.glob(".published.duckdb.*.next")):
            time.sleep(0.0005)
        time.sleep(moments.uniform(0, 0.02))
        size = sum(file.stat().st_size for file in folder.glob(".published.duckdb.*.next"))
        what = f"kill {number} of {KILLS_WHILE_PUBLISHING} while publishing, {size:,} bytes written"
        kill(build, folder, expected, what)


def kill(build: subprocess.Popen[str], folder: Path, expected: Tables, what: str) -> None:
    """Kill a build, or see that it is over; then build again."""
    over = build.poll() is not None
    if not over:
        os.killpg(build.pid, signal.SIGKILL)
    build.communicate()
    whole = tables(folder) == expected
    code, message = finish(start(folder))
    right = code == 0 and tables(folder) == expected
    right = right and not list(folder.glob(".*.next*"))
    check(whole and right, what + (" (it was over)" if over else ""), message)


def disk_full(folder: Path, expected: Tables) -> None:
    """1 MB for the warehouse, or for what memory does not hold: one message says which."""
    disk = folder / "small_disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        print("skip  disk full: mounting a small disk needs root", flush=True)
        return
    spilling = {"SEGMENTS_TEMP_DIRECTORY": str(disk), "SEGMENTS_MEMORY_LIMIT": "48MB"}
    try:
        for settings in ({"SEGMENTS_WAREHOUSE": str(disk / "warehouse.duckdb")}, spilling):
            code, message = finish(start(folder, **settings))
            fine = code == 1 and str(disk) in message and "Traceback" not in message
            fine = fine and "SEGMENTS_TEMP_DIRECTORY" in message
            said = message.strip().splitlines()[0]
            check(fine and tables(folder) == expected, f"disk full: {said}", message)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def memory_too_low(folder: Path, expected: Tables) -> None:
    """A memory limit that nothing fits in: one message, and the last result stays."""
    code, message = finish(start(folder, SEGMENTS_MEMORY_LIMIT="4MB"))
    fine = code == 1 and "Traceback" not in message
    check(fine and tables(folder) == expected, f"memory too low: {message.strip().splitlines()[0]}")


def two_builds(folder: Path, expected: Tables) -> None:
    """The second of two builds at once says who holds the lock; the first is not disturbed."""
    first = start(folder)
    time.sleep(1.0)
    second = start(folder)
    outcomes = [finish(first), finish(second)]
    losers = [message for code, message in outcomes if code != 0]
    fine = len(losers) <= 1 and all("is in use by process" in message for message in losers)
    check(fine and tables(folder) == expected, f"two builds at once: {len(losers)} turned away")


def main() -> None:
    """Run every fault."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code, message = finish(start(folder))
        check(code == 0, "an undisturbed build", message)
        expected = tables(folder)
        began = time.monotonic()
        finish(start(folder))
        duration = time.monotonic() - began
        reader = Reader(folder)
        reader.start()
        two_builds(folder, expected)
        memory_too_low(folder, expected)
        disk_full(folder, expected)
        killed_while_publishing(folder, expected)
        killed(folder, expected, duration)
        reader.is_over.set()
        reader.join()
        what = f"a reader saw whole tables, {reader.count} times"
        check(reader.count > KILLS and not reader.problems, what, str(reader.problems[:3]))


if __name__ == "__main__":
    main()
