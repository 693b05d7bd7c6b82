"""What dbt-duckdb loads at start (profiles.yml): settings, and the functions that SQL lacks.

A dbt macro can run SQL but no Python, so the things that need Python are SQL functions here:
looking into invoice files before anything is built, and publishing.
"""

import gc
import hashlib
import hmac
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from customer_segments.project import PROJECT
from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.invoice_files import find_invoice_lines

PROJECT_FOLDERS = ("macros", "models", "python_models", "seeds", "src")
PSEUDONYM_KEY = "SEGMENTS_PSEUDONYM_KEY"
MEMORY_LIMIT = "SEGMENTS_MEMORY_LIMIT"


class Plugin(BasePlugin):  # type: ignore[misc]
    """Registers the project's settings and SQL functions with DuckDB."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Drop the settings that profiles.yml leaves empty: DuckDB has a default for each."""
        for name in [name for name, value in config.items() if value in ("", None)]:
            del config[name]

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Register the SQL functions below, and leave room for Python."""
        # dbt keeps its manifest: Python need not search it for garbage, again and again.
        gc.freeze()
        if not os.environ.get(MEMORY_LIMIT):
            leave_room(conn)
        conn.create_function("describe_invoice_files", describe_invoice_files)
        conn.create_function("project_version", project_version)
        conn.create_function("has_pseudonym_key", has_pseudonym_key)
        conn.create_function("pseudonym", pseudonym)
        conn.create_function("file_version", file_version, side_effects=True)
        conn.create_function("copy_file", copy_file)
        conn.create_function("remove_file", remove_file)
        conn.create_function("publish_file", publish_file)


def leave_room(conn: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB take 60 % of the memory; its own limit, 80 %, does not count what Python holds."""
    with duckdb.connect() as fresh:
        [(limit,)] = fresh.execute("select current_setting('memory_limit')").fetchall()
    number, unit = limit.split()
    conn.execute(f"set memory_limit = '{float(number) * 60 / 80:.1f}{unit}'")


def describe_invoice_files(location: str, date_order: str, built: str) -> str:
    """Return as JSON how to read the files at `location` (InvoiceFiles), or an `error`.

    `built` is a JSON object of the files that the tables already hold, path to version.
    An exception would reach the user wrapped in DuckDB's own words, hence the JSON.
    """
    try:
        files = find_invoice_lines(location, date_order, json.loads(built))  # type: ignore[arg-type]
    except InvoiceFileError as error:
        return json.dumps({"error": str(error)})
    return json.dumps(asdict(files))


def project_version() -> str:
    """Return a hash of all that decides what tables hold beside the invoice lines and variables."""
    digest = hashlib.sha256(duckdb.__version__.encode())
    for folder in PROJECT_FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in (".sql", ".yml", ".csv", ".py"):
                digest.update(os.fsencode(path.relative_to(PROJECT)) + b"\0" + path.read_bytes())
    digest.update((PROJECT / "dbt_project.yml").read_bytes())
    return digest.hexdigest()[:16]


def has_pseudonym_key() -> bool:
    """Tell whether published customer ids are to be pseudonyms."""
    return bool(os.environ.get(PSEUDONYM_KEY))


def pseudonym(customer_id: str) -> str:
    """Return the pseudonym of a customer: 16 hex digits of HMAC-SHA-256 (RFC 2104).

    The same key gives the same pseudonym in every build. The key is read here, not passed in SQL,
    so that it is in no log.
    """
    key = os.environ[PSEUDONYM_KEY].encode()
    return hmac.new(key, customer_id.encode(), hashlib.sha256).hexdigest()[:16]


def file_version(path: str) -> str:
    """Return what changes when the file at `path` is written or replaced; '' if there is none."""
    file = Path(path).absolute()
    if not file.is_file():
        return ""
    found = file.stat()
    return f"{file} {found.st_size} {found.st_mtime_ns} {found.st_ino}"


def copy_file(path: str, copy: str) -> str:
    """Copy the file at `path` to `copy`."""
    shutil.copyfile(path, copy)
    return copy


def remove_file(path: str) -> str:
    """Remove what an interrupted run may have left at `path`, its write-ahead log included."""
    for left_over in (path, f"{path}.wal"):
        Path(left_over).unlink(missing_ok=True)
    return path


def publish_file(new: str, published: str) -> str:
    """Put file `new` in the place of `published` in one step, so readers see the old or the new."""
    os.replace(new, published)
    return published
