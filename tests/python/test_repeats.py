import time
from itertools import count

import pytest

from customer_segments import parallel as repeats
from customer_segments.parallel import repeat_all


def square(number: int) -> int:
    return number * number


@pytest.mark.parametrize("worker_count", [None, 1, 2])
def test_results_come_in_order_whatever_the_workers(worker_count: int | None) -> None:
    found = repeat_all(square, 7, name="squares", worker_count=worker_count)
    assert found == [0, 1, 4, 9, 16, 25, 36]


def test_long_work_goes_to_workers_after_the_first_repeats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(repeats, "cpu_count", lambda: 2)
    clock = count(0, 5)  # five seconds of computing a repeat: twenty to go after the first
    monkeypatch.setattr(time, "thread_time", lambda: float(next(clock)))
    left: list[int] = []

    def on_workers(task, numbers, worker_count):
        assert worker_count == 2
        left.extend(numbers)
        return map(task, left)

    monkeypatch.setattr(repeats, "_on_workers", on_workers)
    assert repeat_all(square, 5, name="squares") == [0, 1, 4, 9, 16]
    assert left == [1, 2, 3, 4]


def test_progress_says_how_many_how_fast_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two seconds a repeat: a line is due after six, then after twelve; none at the end.
    clock = count(0, 2)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    said: list[str] = []
    repeat_all(square, 7, name="squares", worker_count=1, say=said.append)
    assert said == [
        "  squares: 3 of 7, 0.5 a second, 8 s left",
        "  squares: 6 of 7, 0.5 a second, 2 s left",
    ]


def test_short_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    repeat_all(square, 100, name="squares")
    assert capsys.readouterr().err == ""


def test_a_repeat_that_fails_is_the_callers_error() -> None:
    def fail(number: int) -> int:
        raise ValueError(f"repeat {number}")

    with pytest.raises(ValueError, match="repeat 0"):
        repeat_all(fail, 3, name="failures", worker_count=1)
