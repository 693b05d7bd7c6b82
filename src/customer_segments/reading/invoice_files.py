"""Find the invoice files, learn how each is written, and say how to read them as one select.

The lines themselves are read by DuckDB, from the select that `find_invoice_lines` returns.
"""

import glob
import os
import re
from pathlib import Path

from customer_segments.reading.clean_copies import remove_stale_copies
from customer_segments.reading.column_names import COLUMNS, EXPECTED_HEADER
from customer_segments.reading.date_order import (
    DateOrder,
    require_date_order,
    settle_date_order,
)
from customer_segments.reading.file_layouts import (
    FileLayout,
    ForeignFileError,
    InvoiceFileError,
    Readers,
    read_rows,
)
from customer_segments.reading.invoice_selects import select_files
from customer_segments.reading.order_statuses import note_statuses
from customer_segments.reading.packed_files import copy_json, copy_unpacked
from customer_segments.reading.parquet_files import read_parquet_layout
from customer_segments.reading.reading_rules import Reading
from customer_segments.reading.text_files import read_text_layout
from customer_segments.reading.workbooks import copy_workbook

# Files with these endings count in a folder, packed or not. The last three are there so that one
# that cannot be read is refused by name: left out, its lines would be missing.
_PACKED = ("", ".gz", ".zip", ".zst", ".bz2")
FILE_SUFFIXES = (
    *(text + packed for text in (".csv", ".tsv", ".txt") for packed in _PACKED),
    *(text + packed for text in (".json", ".jsonl", ".ndjson") for packed in _PACKED),
    *(".zip", ".parquet", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"),
)
# How files start that are often given by mistake, and what to do instead.
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": (
        "an old Excel file (.xls) or one with a password",
        "Save it in Excel as .xlsx or CSV, without a password.",
    ),
    b"%PDF": ("a PDF document", "Export the lines as CSV."),
    b"<": ("a web page or an XML file", "Export the lines as CSV."),
}
_BOM = b"\xef\xbb\xbf"


def find_invoice_lines(
    location: str, date_order: DateOrder = "infer", reading: Reading | None = None
) -> str:
    """Return the select that reads the lines at `location`: a file, a folder, or a glob.

    It has `line_number`, which counts the lines in the order of the files from 1 on, the columns of
    `COLUMNS`, typed (an unreadable value is null), `customer_number` in place of a
    `customer_id` that is a whole number and no text, the raw text of the three columns that can be
    unreadable as `quantity_text`, `invoice_date_text`, `unit_price_text` (of numbers and dates
    that the file does not hold as text, only where they cannot be used), in `currency` what the
    price is in, as the file writes it in small letters (null where it does not say), in
    `overflow_text` the fields beyond the header (null for a sound line), `is_header` for a row that
    repeats it, in `void_status` the status of an order that is no sale, `file_name`, and
    `file_path`.

    Raises InvoiceFileError when there is nothing to read or a file is not an invoice file.
    """
    if date_order not in ("infer", "month_first", "day_first"):
        raise InvoiceFileError(
            f"Unknown date_order: {date_order}. Expected infer, month_first or day_first."
        )
    reading = reading or Reading()
    files, layouts = _look_at_files(location, reading)
    readers = [(layout, layout.reader(paths)) for layout, paths in layouts.items()]
    _require_lines(location, files, readers)
    _require_same_columns(layouts)
    _note_what_is_lost(layouts, reading)
    note_statuses(layouts, reading)
    order = settle_date_order(location, readers) if date_order == "infer" else date_order
    if date_order == "infer" and len(files) > 1:
        for layout, paths in layouts.items():
            for path in paths:
                require_date_order(location, order, (layout, layout.reader([path])), readers)
    return select_files(layouts, order)


def _look_at_files(
    location: str, reading: Reading
) -> tuple[list[Path], dict[FileLayout, list[Path]]]:
    """Return the files at `location`, and what to read for them by layout."""
    try:
        remove_stale_copies()
        files = _find_files(location, reading)
        layouts: dict[FileLayout, list[Path]] = {}
        for path in files:
            for readable, layout in _read_layouts(path, reading):
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


def _find_files(location: str, reading: Reading) -> list[Path]:
    """Return the files that `location` (file, folder or glob) names, sorted, each once."""
    path = Path(os.path.expanduser(location))
    if re.match(r"[A-Za-z][\w+.-]+:/", location):
        raise InvoiceFileError(
            f"Not on this machine: {location}. Fetch it first, such as with curl -O or aws s3 cp, "
            "and set INVOICE_LINES to the file. (Parquet in a store is read on Spark.)"
        )
    if location.strip() and path.is_dir():
        files = _walk(path, reading)
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
        files = _glob(path, reading)
        if not files:
            raise InvoiceFileError(
                f"File not found: {location} (looked in {Path.cwd()}). "
                "Set INVOICE_LINES to a file, a folder, or a pattern in quotes."
            )
    # A file and a link to it are one file. The name of the link stays: it is what people know.
    once = {file.resolve(): file.absolute() for file in sorted(files, reverse=True)}
    return sorted(once.values())


def _walk(folder: Path, reading: Reading) -> list[Path]:
    """Return the invoice files below `folder`; what is passed over is noted."""

    def stop(error: OSError) -> None:
        raise error  # a folder that is passed over in silence is lines lost

    files = []
    for parent, folders, names in os.walk(folder, onerror=stop):
        for name in [name for name in folders if _is_unfinished(name)]:
            reading.say(name, "a hidden folder, passed over")
            folders.remove(name)
        for name in [name for name in folders if Path(parent, name).is_symlink()]:
            reading.say(name, "a link to a folder, passed over: name a pattern that follows it")
        for name in names:
            if _is_unfinished(name):
                reading.say(name, "hidden or unfinished, passed over")
            elif name.lower().endswith(FILE_SUFFIXES):
                files.append(_require_file(Path(parent, name)))
            else:
                reading.say(name, "no ending of an invoice file, passed over")
    return files


def _glob(pattern: Path, reading: Reading) -> list[Path]:
    """Return the files that a pattern names; what it names besides is noted."""
    files = []
    for path in map(Path, sorted(glob.glob(str(pattern), recursive=True))):
        if _is_unfinished(path.name):
            reading.say(path.name, "hidden or unfinished, passed over")
        elif path.is_dir():
            if "**" not in str(pattern):
                reading.say(path.name, "a folder, passed over: a pattern names files")
        else:
            files.append(_require_file(path))
    return files


def _require_file(path: Path) -> Path:
    """Return `path`, which is a regular file. Raises InvoiceFileError if lines would be lost."""
    if path.is_file():
        return path
    what = "a device or a pipe, which can be read only once"
    if path.is_symlink() and not path.exists():
        what = f"a link to nowhere ({os.readlink(path)})"
    raise InvoiceFileError(
        f"Not a file: {path} is {what}. Remove it, or put the file there that it stands for."
    )


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "~$"))


def _read_layouts(path: Path, reading: Reading) -> list[tuple[Path, FileLayout]]:
    """Return what to read for `path`, one or more files, and how each is written."""
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        reading.say(path.name, "an empty file, passed over")
        return []
    for signature, (kind, remedy) in _OTHER_KINDS.items():
        if start.startswith(signature):
            raise InvoiceFileError(f"Not a CSV, Parquet or Excel file: {path} is {kind}. {remedy}")
    if start.startswith(b"PAR1"):
        return [(path, read_parquet_layout(path, reading))]
    if unpacked := copy_unpacked(path, start, reading):
        return _read_layouts(unpacked, reading)
    if start.removeprefix(_BOM).lstrip().startswith((b"{", b"[")):
        return [(path, read_parquet_layout(path, reading)) for path in copy_json(path, reading)]
    if start.startswith(b"PK"):
        copies = copy_workbook(path, reading)
        return [read_text_layout(sheet, reading.of_copy()) for sheet in copies]
    return [read_text_layout(path, reading)]


def _require_same_columns(layouts: dict[FileLayout, list[Path]]) -> None:
    """Refuse files of which some have items or countries and others not: they would not add up."""
    for column in ("stock_code", "description", "country"):
        have = [paths[0] for layout, paths in layouts.items() if layout.has(column)]
        lack = [paths[0] for layout, paths in layouts.items() if not layout.has(column)]
        if have and lack:
            raise InvoiceFileError(
                f"Missing column in {lack[0]}: {COLUMNS[column]}, which {have[0]} has. Add it, or "
                f"say which one holds it: --vars 'columns: {{{column}: \"...\"}}'."
            )


def _note_what_is_lost(layouts: dict[FileLayout, list[Path]], reading: Reading) -> None:
    """Note which columns files lack, and what stands for them."""
    for layout, paths in layouts.items():
        constants, numbers = dict(layout.constants), dict(layout.fields)
        for path in paths:
            if "stock_code" in constants:
                note = "with taste_cluster_count 1 customers are segmented by behaviour"
                reading.say(path.name, f"no column of items, so no tastes: {note}")
            elif numbers["stock_code"] == numbers.get("description"):
                reading.say(path.name, "no stock codes: items are told apart by their descriptions")
            elif not layout.has("description"):
                reading.say(path.name, "no descriptions: items are named by their stock codes")
            if "country" in constants:
                reading.say(path.name, f"no countries: all lines are of {constants['country']}")
            if not layout.has("unit_price"):
                reading.say(path.name, "a unit price is the line's total by its quantity")
            if layout.has("line_discount"):
                reading.say(path.name, "the discount of a line is taken off its price")


def _require_lines(location: str, files: list[Path], readers: Readers) -> None:
    for _, reader in readers:
        if read_rows(f"select 1 from {reader} limit 1"):
            return
    found = "a header and nothing below it" if readers else "no bytes at all"
    raise InvoiceFileError(
        f"No invoice lines in {location}: found {found} in {len(files)} file(s). "
        f"Expected a header ({EXPECTED_HEADER}) and at least one line below it. Export it again."
    )
