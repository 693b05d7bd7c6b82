"""Run a command and say what it took: seconds, seconds of all cores, memory of all its processes.

Linux only: memory is read from /proc.
"""

import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
POLL_SECONDS = 0.2
# Below so much free memory the machine itself is in danger: the command is stopped.
LEAST_FREE_BYTES = 600e6


@dataclass(frozen=True)
class Cost:
    """What a command took; `failure` says in words why it did not end well."""

    wall_seconds: float
    cpu_seconds: float
    peak_gb: float
    failure: str | None


def measure(
    command: list[str], environment: dict[str, str], log: Path, time_limit: float, memory_gb: float
) -> Cost:
    """Run `command` to its end, or until it passes a limit; its output goes to `log`."""
    failure, peak, began = None, 0.0, time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    ended = os.pidfd_open(process.pid)
    try:
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            memory = session_bytes(process.pid)
            peak = max(peak, memory)
            if failure is None:
                if memory > memory_gb * 1e9 or free_bytes() < LEAST_FREE_BYTES:
                    failure = f"out of memory at {memory / 1e9:.1f} GB"
                elif time.monotonic() - began > time_limit:
                    failure = f"stopped after {time_limit:,.0f} s"
                if failure:
                    os.killpg(process.pid, signal.SIGKILL)
            select.select([ended], [], [], POLL_SECONDS)
    except BaseException:  # such as Ctrl-C: what was started ends too
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        os.close(ended)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and failure is None:
        failure = f"exit code {process.returncode}: {last_line(log)}"
    # The peak of one process is known to the kernel, whatever happened between two looks.
    peak = max(peak, usage.ru_maxrss * 1024)
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak / 1e9, failure)


def session_bytes(leader: int) -> float:
    """Return the resident memory of all processes that `leader` started, itself included."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == leader:
            pages += int(fields[21])
    return float(pages * PAGE_BYTES)


def free_bytes() -> float:
    """Return the memory that the machine has left."""
    return _meminfo("MemAvailable")


def machine() -> str:
    """Return what the machine is, in words."""
    gigabytes = _meminfo("MemTotal") / 1e9
    [model, *_] = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ] or ["unknown processor"]
    return f"{os.cpu_count()} cores ({model}), {gigabytes:.0f} GB of memory"


def last_line(log: Path) -> str:
    """Return the last line that is not empty."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "no output"


def _meminfo(name: str) -> float:
    text = Path("/proc/meminfo").read_text().partition(f"{name}:")[2]
    return float(text.split()[0]) * 1024
