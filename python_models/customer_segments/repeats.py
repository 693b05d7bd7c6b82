"""Many independent repeats of one task: progress in the log, and all cores when it takes long."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from joblib import Parallel, cpu_count, delayed

Result = TypeVar("Result")

PROGRESS_SECONDS = 5.0
# Worker processes import the project first (seconds), so short work is quicker without them.
# Threads gained nothing: the steps of a repeat are short and hold Python's lock.
WORKERS_PAY_SECONDS = 15.0


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
    would take longer than it takes workers to start, one a core.

    Every five seconds a line says how many of the repeats `name` are done, how many a second, and
    how long the rest will take; `say` gets it, by default standard error.
    """
    say = say or _say
    workers = worker_count or cpu_count()
    results: list[Result] = []
    start = said = time.monotonic()
    tasks = iter(range(count))
    if worker_count is None or worker_count == 1:
        for number in tasks:
            results.append(task(number))
            now = time.monotonic()
            rest = (count - len(results)) * (now - start) / len(results)
            if worker_count is None and workers > 1 and rest > WORKERS_PAY_SECONDS:
                break
            if now - said >= PROGRESS_SECONDS and rest > 0:
                said = now
                say(_progress(name, len(results), count, now - start))
    if len(results) == count:
        return results
    before, start = len(results), time.monotonic()
    for result in _on_workers(task, tasks, workers):
        results.append(result)
        now = time.monotonic()
        if now - said >= PROGRESS_SECONDS and len(results) < count:
            said = now
            say(_progress(name, len(results), count, now - start, before))
    return results


def _on_workers(
    task: Callable[[int], Result], numbers: Iterable[int], worker_count: int
) -> Iterator[Result]:
    run = Parallel(worker_count, return_as="generator")
    results: Iterator[Result] = run(delayed(task)(number) for number in numbers)
    return results


def _progress(name: str, done: int, count: int, seconds: float, before: int = 0) -> str:
    """Return the line of progress; `before` of the `done` were done before the `seconds`."""
    rate = (done - before) / seconds
    return f"  {name}: {done} of {count}, {rate:.1f} a second, {(count - done) / rate:.0f} s left"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")  # one write a line: models end in several threads
    sys.stderr.flush()
