"""What DuckDB is told at the start of each run."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from customer_segments.duckdb_plugin import (
    begin_publication,
    copy_file,
    end_publication,
    leave_room,
)
from customer_segments.locks import unlock_file
from customer_segments.project import marts_of, unusable_files
from customer_segments.published import open_published
from customer_segments.warehouse import open_warehouse


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the size of the machine")
def test_duckdb_leaves_room_for_python() -> None:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    with duckdb.connect() as connection:
        for _ in range(2):  # a second run in one process takes nothing more away
            leave_room(connection)
        [(limit,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    assert limit.endswith("GiB")
    # Less in a container that may not use the whole machine.
    assert float(limit.split()[0]) <= 0.61 * machine


def test_a_full_disk_leaves_nothing_of_what_was_to_be_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published, marts = tmp_path / "a b;#.duckdb", tmp_path / "marts"
    marts.write_bytes(b"marts")
    published.write_bytes(b"the last good result")

    def fill_disk(source: str, copy: str) -> None:
        Path(copy).write_bytes(b"ma")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), copy)

    monkeypatch.setattr(shutil, "copyfile", fill_disk)
    new = begin_publication(str(published))
    with pytest.raises(OSError, match="No space left"):
        copy_file(str(marts), new)
    unlock_file(str(published))
    assert published.read_bytes() == b"the last good result"
    assert not list(tmp_path.glob(".*.next*"))


def test_what_was_not_published_goes_with_the_process(tmp_path: Path) -> None:
    """As of a build that stops while it writes pseudonyms: the file has begun, and its log."""
    published = tmp_path / "published.duckdb"
    script = (
        "from customer_segments.duckdb_plugin import begin_publication\n"
        f"new = begin_publication({str(published)!r})\n"
        "for name in (new, new + '.wal'): open(name, 'w').write('half')\n"
        "raise SystemExit(1)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    assert not list(tmp_path.glob(".*.next*"))


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Windows are others")
def test_who_may_read_the_published_file_stays(tmp_path: Path) -> None:
    """A new one has what the umask leaves, and one that is replaced has what it had."""
    published, marts = tmp_path / "published.duckdb", tmp_path / "marts"
    marts.write_bytes(b"marts")
    before = os.umask(0o027)
    try:
        for expected in (0o640, 0o600, 0o644):
            if published.exists():
                published.chmod(expected)
            end_publication(
                copy_file(str(marts), begin_publication(str(published))), str(published)
            )
            assert stat.S_IMODE(published.stat().st_mode) == expected
    finally:
        os.umask(before)


@pytest.mark.parametrize("odd", ["a b", "a;b", "a#b", "~a", "a~", "it's", "ü漢", "50 %", "{{ x }}"])
def test_paths_that_people_give_work(
    odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Publication, its lock, and what reads the file; a question mark is refused beforehand."""
    folder = tmp_path / odd
    folder.mkdir()
    published, warehouse = folder / f"{odd}.duckdb", folder / "w.duckdb"
    for name, file in (("DATABASE", published), ("WAREHOUSE", warehouse), ("MODELS", "m")):
        monkeypatch.setenv(f"SEGMENTS_{name}", str(file))
    assert unusable_files() is None
    for file in (warehouse, marts_of(warehouse)):
        with duckdb.connect(str(file)) as connection:
            connection.execute("create table found as select 1 as x")
    end_publication(
        copy_file(str(marts_of(warehouse)), begin_publication(str(published))), str(published)
    )
    with open_published() as connection:
        assert connection.execute("from found").fetchall() == [(1,)]
    with open_warehouse(warehouse) as connection:
        assert connection.execute("from marts.found").fetchall() == [(1,)]
    monkeypatch.setenv("SEGMENTS_DATABASE", str(tmp_path / "a?b"))
    assert "question mark" in (unusable_files() or "")
