"""What dbt-duckdb loads at start (profiles.yml): settings, and the functions that SQL lacks.

A dbt macro can run SQL but no Python, so the things that need Python are SQL functions here:
looking into invoice files before anything is built, and moving files.
"""

import atexit
import glob
import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from customer_segments.environment import MEMORY_LIMIT, wrong_setting
from customer_segments.locks import lock_file, unlock_file
from customer_segments.project import spill_folder, unusable_files
from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.invoice_files import find_invoice_lines
from customer_segments.reading.invoice_selects import COUNTING
from customer_segments.reading.reading_rules import reading_of

PSEUDONYM_KEY = "SEGMENTS_PSEUDONYM_KEY"


class Plugin(BasePlugin):  # type: ignore[misc]
    """Registers the project's settings and SQL functions with DuckDB."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Drop the settings that profiles.yml leaves empty: DuckDB has a default for each.

        Raises DbtRuntimeError for a variable of the environment that makes no sense.
        """
        if problem := wrong_setting():
            raise DbtRuntimeError(problem)
        for name in [name for name, value in config.items() if value in ("", None)]:
            del config[name]
        config["temp_directory"] = str(spill_folder())

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Register the SQL functions below, and leave room for Python."""
        if not os.environ.get(MEMORY_LIMIT):
            leave_room(conn)
        for function in FUNCTIONS:
            conn.create_function(function.__name__, function, side_effects=True)
        conn.create_function("pseudonym", pseudonym)


def leave_room(conn: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB take 60 % of the memory; its own limit, 80 %, does not count what Python holds."""
    with duckdb.connect() as fresh:
        [(limit,)] = fresh.execute("select current_setting('memory_limit')").fetchall()
    number, unit = limit.split()
    conn.execute(f"set memory_limit = '{float(number) * 60 / 80:.1f}{unit}'")


def describe_invoice_lines(location: str, settings: str) -> str:
    """Return as JSON the `select` that reads the files at `location`, or an `error`.

    `is_table` says whether to write its lines down: only Parquet files are quick to read again.
    `notes` are sentences on what was passed over, lost or chosen. `settings` is JSON too. An
    exception would reach the user wrapped in DuckDB's own words, hence the JSON.
    """
    reading = reading_of(json.loads(settings))
    try:
        select = find_invoice_lines(location, reading.date_order, reading)
        notes = reading.sentences()
        return json.dumps({"select": select, "is_table": COUNTING in select, "notes": notes})
    except InvoiceFileError as error:
        return json.dumps({"error": str(error)})


def has_pseudonym_key() -> bool:
    """Tell whether published ids of customers and invoices are to be pseudonyms."""
    return bool(os.environ.get(PSEUDONYM_KEY))


def pseudonym(kind: str, text: str) -> str:
    """Return the pseudonym of an id: 16 hex digits of HMAC-SHA-256 (RFC 2104).

    The same key gives the same pseudonym in every build. A customer and an invoice of one number
    (`kind`) have others. The key is read here, not passed in SQL, so that it is in no log.
    """
    key = os.environ[PSEUDONYM_KEY].encode()
    message = text if kind == "customer" else f"{kind} {text}"
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()[:16]


def problem_with_files() -> str:
    """Return why the database files that are set cannot be used; '' if they can."""
    return unusable_files() or ""


def file_exists(path: str) -> bool:
    """Tell whether there is a file at `path`."""
    return Path(path).is_file()


def copy_file(path: str, copy: str) -> str:
    """Copy the file at `path` to `copy`, or leave nothing there."""
    try:
        shutil.copyfile(path, copy)
    except OSError:
        _remove_files(copy)
        raise
    return copy


def remove_database(path: str) -> str:
    """Remove a database that no one has open, its write-ahead log, and what builds spilled."""
    for file in (path, f"{path}.wal"):
        Path(file).unlink(missing_ok=True)
    shutil.rmtree(spill_folder(), ignore_errors=True)
    return path


def begin_publication(published: str) -> str:
    """Return where to write what takes the place of `published`; others wait until it has.

    It is beside the file itself, which a link may name. What builds that were killed left there
    goes: it holds what the last input held. So does, when this process ends, what could not be
    published, as on a full disk.
    """
    target = Path(published).resolve()
    lock_file(str(target))
    name = glob.escape(target.name)
    for left_over in (
        *target.parent.glob(f".{name}.*.next*"),
        *target.parent.glob(f"{name}.next*"),
    ):
        left_over.unlink()
    new = str(target.with_name(f".{target.name}.{os.getpid()}.next"))
    atexit.register(_remove_files, new)
    return new


def _remove_files(new: str) -> None:
    """Remove a file that was not published, and its write-ahead log."""
    for file in (new, f"{new}.wal"):
        with suppress(OSError):
            Path(file).unlink(missing_ok=True)


def end_publication(new: str, published: str) -> str:
    """Put file `new` in the place of `published` in one step: readers see the old or the new.

    A write-ahead log beside `published` is of the old file: DuckDB would replay it on the new one.
    """
    target = Path(published).resolve()
    if target.exists():  # who may read it is the user's choice, and else that of the umask
        shutil.copymode(target, new)
    with open(new, "rb+") as file:
        os.fsync(file.fileno())
    Path(f"{target}.wal").unlink(missing_ok=True)
    os.replace(new, target)
    return unlock_file(str(target))


# All but `pseudonym` look at files or change them: DuckDB is to call each once, when it is asked.
FUNCTIONS: tuple[Callable[..., Any], ...] = (
    *(problem_with_files, describe_invoice_lines, has_pseudonym_key, file_exists),
    *(copy_file, remove_database),
    *(lock_file, unlock_file, begin_publication, end_publication),
)
