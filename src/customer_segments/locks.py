"""One build at a time moves a file: the published database, or that of the kept models."""

from pathlib import Path

from filelock import FileLock, Timeout

PATIENCE = 600  # seconds that a build waits for another

_locks: dict[str, FileLock] = {}


def lock_file(path: str) -> str:
    """Wait until no other build moves the file at `path`, and keep others waiting."""
    lock = _locks.setdefault(path, FileLock(Path(path).with_name(f".{Path(path).name}.lock")))
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise TimeoutError(
            f"Another build has held {path} for {PATIENCE} s. Wait for it, or end it."
        ) from None
    return path


def unlock_file(path: str) -> str:
    """Let other builds go on."""
    _locks.pop(path).release(force=True)
    return path
