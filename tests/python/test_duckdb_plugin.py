"""What DuckDB is told at the start of each run."""

import os
import sys

import duckdb
import pytest

from customer_segments.duckdb_plugin import leave_room


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
