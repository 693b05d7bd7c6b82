"""Find the invoice files, learn how each is written, and say how to read them as one select.

The lines themselves are read by DuckDB, from the select that `find_invoice_lines` returns.
"""

import glob
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from customer_segments.reading.clean_copies import copy_workbook, remove_stale_copies
from customer_segments.reading.date_order import (
    DateOrder,
    require_date_order,
    settle_date_order,
)
from customer_segments.reading.file_layouts import (
    EXPECTED_HEADER,
    FileLayout,
    ForeignFileError,
    InvoiceFileError,
    Readers,
    read_rows,
)
from customer_segments.reading.invoice_selects import select_files, select_lines
from customer_segments.reading.parquet_files import read_parquet_layout
from customer_segments.reading.text_files import read_text_layout

# Files with these endings count in a folder. The last three are there so that one that cannot be
# read is refused by name: left out in silence, its lines would be missing.
FILE_SUFFIXES = (
    *(text + packed for text in (".csv", ".tsv", ".txt") for packed in ("", ".gz")),
    *(".parquet", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"),
)
# How files start that are often given by mistake, and what to do instead.
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": (
        "an old Excel file (.xls) or one with a password",
        "Save it in Excel as .xlsx or CSV, without a password.",
    ),
    b"%PDF": ("a PDF document", "Export the lines as CSV."),
    b"{": ("a JSON file", "Export the lines as CSV."),
    b"[": ("a JSON file", "Export the lines as CSV."),
    b"<": ("a web page or an XML file", "Export the lines as CSV."),
}


@dataclass(frozen=True)
class InvoiceFiles:
    """Files to build from, set against those of an earlier build.

    `versions` has for each path a text that changes with the file and with how it is read. `new`
    are the paths that the earlier build did not read, or not in this version; `gone` the paths
    that it read and whose lines no longer count. `select` reads the lines of `new`.
    """

    select: str
    versions: dict[str, str]
    new: list[str]
    gone: list[str]


def find_invoice_lines(
    location: str, date_order: DateOrder = "infer", built: Mapping[str, str] | None = None
) -> InvoiceFiles:
    """Return how to read the lines at `location` that are not in `built`, an earlier `versions`.

    `location` is a file, a folder, or a glob. The select has `line_number`, which counts the lines
    in the order of the files from 1 on, the columns of `COLUMN_NAMES`, typed
    (an unreadable value is null), `customer_number` in place of a `customer_id` that is a whole
    number and no text, the raw text of the three columns that can be unreadable as
    `quantity_text`, `unit_price_text`, `invoice_date_text` (of numbers and dates that the file
    does not hold as text, only where they cannot be used), in `overflow_text` the fields beyond
    the header (null for a sound line), `file_name`, and `file_path`.

    Raises InvoiceFileError when there is nothing to read or a file is not an invoice file.
    """
    if date_order not in ("infer", "month_first", "day_first"):
        raise InvoiceFileError(
            f"Unknown date_order: {date_order}. Expected infer, month_first or day_first."
        )
    files, layouts, states = _look_at_files(location)
    readers = [(layout, layout.reader(paths)) for layout, paths in layouts.items()]
    _require_lines(location, files, readers)
    order = settle_date_order(location, readers) if date_order == "infer" else date_order
    versions = {}
    for layout, paths in layouts.items():
        reading = hashlib.sha256(select_lines(layout, "files", order).encode()).hexdigest()[:16]
        versions.update({str(path): f"{states[path]} {reading}" for path in paths})
    before = built or {}
    new = [path for path, version in versions.items() if before.get(path) != version]
    gone = [path for path, version in before.items() if versions.get(path) != version]
    wanted = {
        layout: [path for path in paths if str(path) in new] for layout, paths in layouts.items()
    }
    if date_order == "infer":  # the other files were looked at when they were new
        for layout, paths in wanted.items():
            for path in paths:
                require_date_order(location, order, (layout, layout.reader([path])), readers)
    if not new:  # the columns without a line
        layout, reader = readers[0]
        select = f"select * from ({select_lines(layout, reader, order)}) where false"
        return InvoiceFiles(select, versions, new, gone)
    return InvoiceFiles(select_files(wanted, order), versions, new, gone)


def _look_at_files(
    location: str,
) -> tuple[list[Path], dict[FileLayout, list[Path]], dict[Path, str]]:
    """Return the files at `location`, what to read for them by layout, and the state of each."""
    try:
        remove_stale_copies()
        files = _find_files(location)
        layouts: dict[FileLayout, list[Path]] = {}
        states: dict[Path, str] = {}
        for path in files:
            state = path.stat()
            for readable, layout in _read_layouts(path):
                layouts.setdefault(layout, []).append(readable)
                states[readable] = f"{state.st_size} {state.st_mtime_ns}"
        return files, layouts, states
    except ForeignFileError as error:
        if Path(os.path.expanduser(location)).is_file():
            raise
        raise InvoiceFileError(
            f"{error.found} Move it to another folder, or name a pattern that leaves it out, such "
            f'as "{path.parent}/*.csv".'
        ) from error
    except OSError as error:
        raise InvoiceFileError(
            f"Cannot use {error.filename or location}: {error.strerror or error}. "
            "Expected invoice files that you may read, and space for copies in target/."
        ) from error


def _find_files(location: str) -> list[Path]:
    """Return the files that `location` (file, folder or glob) names, sorted, each once."""
    path = Path(os.path.expanduser(location))
    if location.strip() and path.is_dir():
        files = [file for file in _walk(path) if file.name.lower().endswith(FILE_SUFFIXES)]
        if not files:
            raise InvoiceFileError(
                f"No invoice file in folder {location}: expected files that end in "
                f"{', '.join(FILE_SUFFIXES[:-3])}. Name another folder, a file or a pattern."
            )
    elif path.is_file():
        files = [path]
    elif path.exists() and location.strip():
        raise InvoiceFileError(
            f"Not a file: {location} is a device or a pipe, which can be read only once. "
            "Expected a file, a folder, or a pattern: save the lines to a file first."
        )
    else:
        files = [Path(file) for file in glob.glob(str(path), recursive=True)]
        files = [file for file in files if file.is_file() and not _is_unfinished(file.name)]
        if not files:
            raise InvoiceFileError(
                f"File not found: {location} (looked in {Path.cwd()}). "
                "Set INVOICE_LINES to a file, a folder, or a pattern in quotes."
            )
    # A file and a link to it are one file. The name of the link stays: it is what people know.
    once = {file.resolve(): file.absolute() for file in sorted(files, reverse=True)}
    return sorted(once.values())


def _walk(folder: Path) -> list[Path]:
    """Return the regular files below `folder`, without hidden and unfinished ones."""

    def stop(error: OSError) -> None:
        raise error  # a folder that is passed over in silence is lines lost

    files = []
    for parent, folders, names in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(parent, name) for name in names if not _is_unfinished(name)]
    return [file for file in files if file.is_file()]


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "~$"))


def _read_layouts(path: Path) -> list[tuple[Path, FileLayout]]:
    """Return what to read for `path`, one or more files, and how each is written."""
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        return []
    for signature, (kind, remedy) in _OTHER_KINDS.items():
        if start.startswith(signature):
            raise InvoiceFileError(f"Not a CSV, Parquet or Excel file: {path} is {kind}. {remedy}")
    if start.startswith(b"PAR1"):
        return [(path, read_parquet_layout(path))]
    if start.startswith(b"PK"):
        return [read_text_layout(sheet) for sheet in copy_workbook(path)]
    return [read_text_layout(path)]


def _require_lines(location: str, files: list[Path], readers: Readers) -> None:
    for _, reader in readers:
        if read_rows(f"select 1 from {reader} limit 1"):
            return
    found = "a header and nothing below it" if readers else "no bytes at all"
    raise InvoiceFileError(
        f"No invoice lines in {location}: found {found} in {len(files)} file(s). "
        f"Expected a header ({EXPECTED_HEADER}) and at least one line below it. Export it again."
    )
