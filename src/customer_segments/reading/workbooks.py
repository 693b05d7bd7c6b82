"""Excel workbooks as clean CSV copies, one a sheet."""

import datetime
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from customer_segments.reading.clean_copies import MAX_ABOVE, copies_of, write_csv
from customer_segments.reading.column_names import EXPECTED_HEADER, listed
from customer_segments.reading.file_layouts import ForeignFileError, InvoiceFileError
from customer_segments.reading.reading_rules import Reading, find_header

_NUMBER = re.compile(r"[-+(]?\W{0,2}\d[\d.,' ]*\W{0,2}")


def copy_workbook(path: Path, reading: Reading) -> list[Path]:
    """Return the clean copies of the sheets of an Excel workbook, named `book.xlsx#Sheet1`.

    A sheet without a header whose columns are those of an invoice sheet before it goes on with its
    lines. A sheet that is not wide enough for that and has none of the expected columns is passed
    over, and said to be. Raises InvoiceFileError when no sheet fits, when one looks like invoice
    lines and is not, or when the workbook cannot be read.
    """

    def write(folder: Path, reading: Reading) -> None:
        for sheet in _invoice_sheets(path, reading):
            name = f"{path.name}#{sheet.name}".replace("/", "_").replace("\0", "_")
            write_csv(folder / name, sheet.fields, len(sheet.header), sheet.rows)

    return copies_of(path, write, reading)


@dataclass
class _Sheet:
    """A sheet of invoice lines: its header, which column holds what, and the rows below it."""

    name: str
    header: Sequence[str]
    fields: dict[str, int]
    rows: Iterator[list[str]]


def _invoice_sheets(path: Path, reading: Reading) -> Iterator[_Sheet]:
    """Yield each sheet of invoice lines."""
    # Imported here: only who reads Excel files waits for it.
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    last: _Sheet | None = None
    others: dict[str, list[list[str]]] = {}
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        for found in workbook.sheets_metadata:
            if found.typ != SheetTypeEnum.WorkSheet:
                continue
            cells = workbook.get_sheet_by_name(found.name).iter_rows()
            rows = ([_cell_text(cell) for cell in row] for row in cells)
            rows = (row for row in rows if any(row))
            head = list(islice(rows, MAX_ABOVE + 1))
            if sheet := _read_sheet(path, found.name, head, rows, last, reading):
                last = sheet
                yield sheet
            elif head:
                others[found.name] = head
    except CalamineError as error:
        raise InvoiceFileError(
            f"Damaged Excel file: {path} cannot be read ({error}). Expected a workbook saved by "
            "Excel as .xlsx, without a password. Save it again, or as CSV."
        ) from error
    if last is None:
        nothing: tuple[str, list[list[str]]] = ("none", [[]])
        best = max(others.items(), key=lambda item: len(item[1][0]), default=nothing)
        raise ForeignFileError(
            f"Not an invoice file: none of the {len(others)} sheets with cells in {path} has the "
            f"expected columns. Found in sheet {best[0]}: {listed(best[1][0])}. Expected: "
            f"{EXPECTED_HEADER}."
        )
    for name, head in others.items():
        if _width(head) >= _used(last.header):
            raise _undecided(path, name, head, last)
        reading.say(path.name, f"sheet {name} has none of the expected columns, passed over")


def _read_sheet(
    path: Path,
    name: str,
    head: list[list[str]],
    rows: Iterator[list[str]],
    last: _Sheet | None,
    reading: Reading,
) -> _Sheet | None:
    """Return a sheet as invoice lines, None if it is something else."""
    place = find_header(head, reading.names)
    if place is not None:
        where, title = f"{path}, sheet {name}", f"{path.name}#{name}"
        try:
            fields = dict(reading.fields(where, title, head[place])["fields"])
        except InvoiceFileError as error:
            remedy = "Or take the sheet out of the workbook, if it holds something else."
            raise InvoiceFileError(f"{error} {remedy}") from error
        reading.say_above(title, place)
        return _Sheet(name, head[place], fields, chain(head[place + 1 :], rows))
    if last and head and _width(head) == _used(last.header) and _fits(head, last.fields):
        reading.say(f"{path.name}#{name}", f"no header, columns as in sheet {last.name}")
        return _Sheet(name, last.header, last.fields, chain(head, rows))
    return None


def _undecided(path: Path, name: str, head: list[list[str]], last: _Sheet) -> InvoiceFileError:
    return InvoiceFileError(
        f"Sheet {name} of {path} is as wide as the invoice lines of sheet {last.name}, but has no "
        f"header, and its cells are not like those. Found: {listed(head[0])}. Expected: "
        f"{listed(last.header)}. Write that header above it, or take the sheet out of the workbook."
    )


def _fits(head: list[list[str]], fields: dict[str, int]) -> bool:
    """Tell whether most rows have numbers where a sheet before it has quantities and prices."""
    amounts = [fields[name] for name in ("quantity", "unit_price", "line_total") if name in fields]
    fitting = sum(
        all(number < len(row) and _NUMBER.fullmatch(row[number].strip()) for number in amounts)
        for row in head
    )
    return 2 * fitting > len(head)


def _width(head: list[list[str]]) -> int:
    return max(map(_used, head), default=0)


def _used(row: Sequence[str]) -> int:
    """Return how many cells a row has up to its last one that is not empty."""
    return max((number + 1 for number, cell in enumerate(row) if cell.strip()), default=0)


def _cell_text(cell: object) -> str:
    """Return a cell as CSV has it: whole numbers without decimals, dates in ISO."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):  # Excel keeps fractions of days: 8:45 is 8:44:59.999
        seconds = datetime.timedelta(microseconds=500_000)
        return (cell + seconds).replace(microsecond=0).isoformat(" ")
    return str(cell)
