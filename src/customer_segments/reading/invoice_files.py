"""Find the invoice files, learn how each is written, and say how to read them as one select.

The lines themselves are read by DuckDB, from the select that `find_invoice_lines` returns.
"""

import glob
import os
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
from customer_segments.reading.invoice_selects import select_files
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


def find_invoice_lines(location: str, date_order: DateOrder = "infer") -> str:
    """Return the select that reads the lines at `location`: a file, a folder, or a glob.

    It has `line_number`, which counts the lines in the order of the files from 1 on, the columns of
    `COLUMN_NAMES`, typed (an unreadable value is null), `customer_number` in place of a
    `customer_id` that is a whole number and no text, the raw text of the three columns that can be
    unreadable as `quantity_text`, `invoice_date_text`, `unit_price_text` (of numbers and dates
    that the file does not hold as text, only where they cannot be used), in `currency` what the
    price is in, as the file writes it in small letters (null where it does not say), in
    `overflow_text` the fields beyond the header (null for a sound line), `is_header` for a row that
    repeats it, `file_name`, and `file_path`.

    Raises InvoiceFileError when there is nothing to read or a file is not an invoice file.
    """
    if date_order not in ("infer", "month_first", "day_first"):
        raise InvoiceFileError(
            f"Unknown date_order: {date_order}. Expected infer, month_first or day_first."
        )
    files, layouts = _look_at_files(location)
    readers = [(layout, layout.reader(paths)) for layout, paths in layouts.items()]
    _require_lines(location, files, readers)
    order = settle_date_order(location, readers) if date_order == "infer" else date_order
    if date_order == "infer" and len(files) > 1:
        for layout, paths in layouts.items():
            for path in paths:
                require_date_order(location, order, (layout, layout.reader([path])), readers)
    return select_files(layouts, order)


def _look_at_files(location: str) -> tuple[list[Path], dict[FileLayout, list[Path]]]:
    """Return the files at `location`, and what to read for them by layout."""
    try:
        remove_stale_copies()
        files = _find_files(location)
        layouts: dict[FileLayout, list[Path]] = {}
        for path in files:
            for readable, layout in _read_layouts(path):
                layouts.setdefault(layout, []).append(readable)
        return files, layouts
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
