"""Threads and processes: one thread for linear algebra, all cores for many repeats of one task.

With one thread sums are added in one order, so the same input gives the same bytes.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypeVar

from joblib import Parallel, cpu_count, delayed
from threadpoolctl import LibController, ThreadpoolController

Result = TypeVar("Result")

PROGRESS_SECONDS = 5.0
# Worker processes import the project first (seconds), so short work is quicker without them.
# Threads gained nothing: the steps of a repeat are short and hold Python's lock.
WORKERS_PAY_SECONDS = 15.0


def use_one_thread() -> None:
    """Make BLAS and OpenMP use one thread in this process, and leave it so.

    To set it and set it back, as `threadpool_limits` does, would let one dbt thread give BLAS its
    threads back in the middle of another one's sums: the setting of BLAS is the process'. That of
    OpenMP is the calling thread's, so call this wherever a fit begins. It takes microseconds;
    `threadpool_limits` looks up the libraries each time, which takes milliseconds.
    """
    for library in _libraries():
        library.set_num_threads(1)


def use_one_blas_thread() -> None:
    """Do the same for BLAS alone, for fits that import nothing of scikit-learn."""
    for library in ThreadpoolController().select(user_api="blas").lib_controllers:
        library.set_num_threads(1)


@cache
def _libraries() -> list[LibController]:
    """Return the libraries that have threads; those that a fit uses are loaded by now."""
    # Loads OpenMP, which a later import of scikit-learn would be too late for.
    from sklearn.cluster import KMeans  # noqa: F401

    return list(ThreadpoolController().lib_controllers)


def repeat_all(
    task: Callable[[int], Result],
    count: int,
    *,
    name: str,
    worker_count: int | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Result]:
    """Return `task(0)` to `task(count - 1)`, in this order.

    A task depends on its number alone (it seeds itself), so the number of workers changes the time
    and nothing else. Without `worker_count` this process works alone until it knows that the rest
    needs more computing than it takes workers to start, one a core.

    Every five seconds a line says how many of the repeats `name` are done, how many a second, and
    how long the rest will take; `say` gets it, by default standard error.
    """
    progress = Progress(name, count, say)
    workers = worker_count or cpu_count()
    results: list[Result] = []
    if worker_count is None or worker_count == 1:
        start = time.thread_time()  # not the clock: on a busy machine workers help less
        for number in range(count):
            results.append(task(number))
            progress.report(len(results))
            rest = (count - len(results)) * (time.thread_time() - start) / len(results)
            if worker_count is None and workers > 1 and rest > WORKERS_PAY_SECONDS:
                break
    if len(results) < count:
        for result in _on_workers(task, range(len(results), count), workers):
            results.append(result)
            progress.report(len(results))
    return results


class Progress:
    """Says every few seconds how far `count` things are; `say` is standard error by default."""

    def __init__(self, name: str, count: int, say: Callable[[str], None] | None = None) -> None:
        """Begin now."""
        self.name, self.count, self.say = name, count, say or _say
        self.restart()

    def restart(self) -> None:
        """Begin again: what has been done so far, such as sorting, says nothing of the rate."""
        self.start = self.said = time.monotonic()

    def report(self, done: int) -> None:
        """Say so, if it is time, and how long the rest will take."""
        now = time.monotonic()
        if done == self.count or now - self.said < PROGRESS_SECONDS:
            return
        self.said = now
        rate = done / (now - self.start)
        left = (self.count - done) / rate
        self.say(f"  {self.name}: {done} of {self.count}, {rate:.1f} a second, {left:.0f} s left")


def _on_workers(
    task: Callable[[int], Result], numbers: Iterable[int], worker_count: int
) -> Iterator[Result]:
    run = Parallel(worker_count, return_as="generator")
    results: Iterator[Result] = run(delayed(task)(number) for number in numbers)
    return results


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")  # one write a line: models end in several threads
    sys.stderr.flush()
