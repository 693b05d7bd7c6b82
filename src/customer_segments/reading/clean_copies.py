"""Clean CSV copies of what DuckDB cannot read by itself: Excel sheets and damaged text files.

A copy is made once for a state of the file and kept in `target/invoice_lines/` as long as the file
is in that state: a line that was taken out of a file must not stay in a copy of it.
"""

import csv
import datetime
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from customer_segments.reading.file_layouts import (
    COLUMN_NAMES,
    EXPECTED_COLUMNS,
    InvoiceFileError,
    column_number,
    count_known,
    currency_number,
    require_columns,
)

FOLDER = Path("target/invoice_lines")
_VERSION = 4  # count up when copies are written differently: old ones are then removed
_STATE_PARTS = 6  # and the path
_END = 1 << 16  # bytes of a file's head and of its tail that its state has
# In the folder of each state: the state, and a folder of the copies.
_STATE = "state"
_COPIES = "copies"

# A quoted field may run over so many lines; one that seems to run further was never closed.
MAX_LINES_OF_RECORD = 20
# No field of an invoice line is longer: what is cut was no such field, and DuckDB reads lines of
# at most 2 MB.
_MAX_FIELD = 10_000
csv.field_size_limit(1 << 24)  # longer fields are cut below, not refused


def copy_as_utf_8(path: Path, open_text: Callable[[], IO[str]]) -> Path:
    """Return the copy in UTF-8 of a text file in an encoding that DuckDB cannot read."""

    def write(folder: Path) -> None:
        with (
            open_text() as text,
            (folder / path.name).open("w", encoding="utf-8", newline="") as copy,
        ):
            shutil.copyfileobj(text, copy, 1 << 20)

    return _copies(path, write)[0]


def copy_repaired(
    path: Path,
    open_text: Callable[[], IO[str]],
    header: Sequence[str],
    delimiter: str,
    quote: str | None,
) -> Path:
    """Return the copy of a text file that DuckDB would misread, its header in the first line.

    `quote` is None where the quotes do not add up, empty where they are plain characters, and a
    single quote where fields are quoted by it.
    """

    def write(folder: Path) -> None:
        with open_text() as text:
            if quote is None:
                records: Iterator[list[str]] = _records(text, delimiter, len(header))
            else:
                quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
                records = filter(
                    None,
                    csv.reader(text, delimiter=delimiter, quoting=quoting, quotechar=quote or '"'),
                )
            while is_separator_note(next(records)[0]):
                pass  # the header follows
            _write_csv(folder / path.name, header, records, delimiter)

    return _copies(path, write)[0]


def copy_workbook(path: Path) -> list[Path]:
    """Return the clean copies of the sheets of an Excel workbook, named `book.xlsx#Sheet1`.

    A sheet that holds none of the expected columns is no invoice sheet. Raises InvoiceFileError
    when no sheet fits or the workbook cannot be read.
    """

    def write(folder: Path) -> None:
        for sheet, header, rows in _invoice_sheets(path):
            name = f"{path.name}#{sheet}".replace("/", "_").replace("\0", "_")
            _write_csv(folder / name, header, rows)

    return _copies(path, write)


def _copies(path: Path, write: Callable[[Path], None]) -> list[Path]:
    """Return the copies of `path` as it is now; `write` puts missing ones in a folder."""
    state = _state(path)
    folder = (FOLDER / hashlib.sha256(state).hexdigest()[:20]).absolute()
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
        try:
            (unfinished / _STATE).write_bytes(state)
            (unfinished / _COPIES).mkdir()
            write(unfinished / _COPIES)
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another build made the same copy in the meantime
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return sorted((folder / _COPIES).iterdir())


def remove_stale_copies() -> None:
    """Remove the copies of files that are gone or have changed, whichever build made them."""
    for folder in FOLDER.glob("*/"):
        if not _is_current(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_current(folder: Path) -> bool:
    note = folder / _STATE
    if not note.is_file():  # another build may be about to write it
        return folder.name.startswith(".")
    try:
        state = note.read_bytes()
        return state == _state(Path(os.fsdecode(state.split(b" ", _STATE_PARTS)[-1])))
    except OSError:
        return False


def _state(path: Path) -> bytes:
    """Return what changes with the content of a file: of the same size, within the same second too.

    A clock may be too coarse to tell two changes apart, and a program may set a time back.
    """
    found = path.stat()
    with path.open("rb") as file:
        ends = hashlib.sha256(file.read(_END))
        file.seek(max(0, found.st_size - _END))
        ends.update(file.read(_END))
    parts = (_VERSION, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    return f"{' '.join(map(str, parts))} {ends.hexdigest()} ".encode() + os.fsencode(path)


def _write_csv(
    path: Path, header: Sequence[str], records: Iterable[Sequence[str]], delimiter: str = ","
) -> None:
    """Write the expected columns of `records`, and as one more field what is beyond the header."""
    numbers = [column_number(name, header) for name in COLUMN_NAMES]
    names = list(EXPECTED_COLUMNS)
    if (number_of_currency := currency_number(header)) is not None:
        numbers.append(number_of_currency)
        names.append("Currency")
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for record in records:
            fields = [record[number] if number < len(record) else "" for number in numbers]
            beyond = delimiter.join(field for field in record[len(header) :] if field)
            if beyond:
                fields.append(beyond)
            writer.writerow([_clean(field) for field in fields])


def _clean(field: str) -> str:
    """Return `field` without what made the copy necessary: its length, zero bytes, returns."""
    field = field[:_MAX_FIELD]
    if "\r" in field or "\0" in field:
        field = field.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return field


def _records(text: Iterable[str], delimiter: str, width: int) -> Iterator[list[str]]:
    """Yield each record of a damaged text.

    A line is a record. Lines are joined only where that gives a whole one, so a quote that is
    never closed costs its own line and not the rest of the file.
    """
    lines = iter(text)
    ahead: deque[str] = deque()
    while line := ahead.popleft() if ahead else next(lines, ""):
        content = line.rstrip("\r\n")
        if not content:
            continue
        if '"' not in content:
            yield content.split(delimiter)
            continue
        record = _parse(content, delimiter, width)
        joined = 1
        while record is None and joined < MAX_LINES_OF_RECORD:
            if len(ahead) < joined:
                following = next(lines, "")
                if not following:
                    break
                ahead.append(following)
            line += ahead[joined - 1]
            joined += 1
            record = _parse(line.rstrip("\r\n"), delimiter)
            if record is not None and len(record) != width:
                record = None
        if record is None:
            yield _parse(content, delimiter, strict=False) or content.split(delimiter)
            continue
        for _ in range(joined - 1):
            ahead.popleft()
        yield record


def is_separator_note(line: str) -> bool:
    """Tell whether `line` is the `sep=;` that Excel can want above the header."""
    return line.lower().startswith(("sep=", '"sep='))


# How quotes may be written, in the order in which they are tried: as spreadsheets do, with a
# backslash before a quote within, with a blank before the first one, with both.
_QUOTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"escapechar": "\\", "doublequote": False},
    {"skipinitialspace": True},
    {"skipinitialspace": True, "escapechar": "\\", "doublequote": False},
)


_BLANK_AND_QUOTE = re.compile(r' +"')


def _parse(
    line: str, delimiter: str, width: int | None = None, strict: bool = True
) -> list[str] | None:
    """Return the fields of `line`; None when its quotes do not add up.

    With a `width`, other quotings are tried where the usual one does not give so many fields.
    """
    first: list[str] | None = None
    for quoting in _QUOTINGS[: None if width else 1]:
        try:
            record = next(csv.reader([line], delimiter=delimiter, strict=strict, **quoting), None)
        except csv.Error:
            continue
        if record is None or (quoting and len(record) != width):
            continue
        is_whole = len(record) == width and not any(map(_BLANK_AND_QUOTE.match, record))
        first = record if first is None or is_whole else first
        if is_whole:
            break
    return first


def _invoice_sheets(path: Path) -> Iterator[tuple[str, list[str], Iterator[list[str]]]]:
    """Yield name, header and lines of each sheet that has the expected columns."""
    # Imported here: only who reads Excel files waits for it.
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
    )

    headers = {}
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        for sheet in workbook.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            rows = (
                [_cell_text(cell) for cell in row]
                for row in workbook.get_sheet_by_name(sheet.name).iter_rows()
            )
            rows = (row for row in rows if any(row))
            headers[sheet.name] = next(rows, [])
            if _fits(headers[sheet.name]):
                yield sheet.name, headers[sheet.name], rows
    except CalamineError as error:
        raise InvoiceFileError(
            f"Damaged Excel file: {path} cannot be read ({error}). Expected a workbook saved by "
            "Excel as .xlsx, without a password. Save it again, or as CSV."
        ) from error
    if not any(map(_fits, headers.values())):
        name, header = max(
            headers.items(), key=lambda item: count_known(item[1]), default=("none", [])
        )
        require_columns(f"{path}, sheet {name} (the best of {len(headers)})", header)


def _fits(header: Sequence[str]) -> bool:
    try:
        require_columns("", header)
    except InvoiceFileError:
        return False
    return True


def _cell_text(cell: object) -> str:
    """Return a cell as CSV has it: whole numbers without decimals, dates in ISO."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):  # Excel keeps fractions of days: 8:45 is 8:44:59.999
        seconds = datetime.timedelta(microseconds=500_000)
        return (cell + seconds).replace(microsecond=0).isoformat(" ")
    return str(cell)
