"""Find the invoice files, learn how each is written, and say how to read them as one select.

The lines themselves are read by DuckDB, from the select that `find_invoice_lines` returns.
"""

import glob
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import duckdb

from customer_segments.project import first_line
from customer_segments.reading.clean_copies import copy_workbook, remove_stale_copies
from customer_segments.reading.file_layouts import (
    COLUMN_NAMES,
    EXPECTED_HEADER,
    PATH_COLUMN,
    FileLayout,
    ForeignFileError,
    InvoiceFileError,
    require_columns,
    sql_name,
    sql_path,
)
from customer_segments.reading.text_files import read_text_layout
from customer_segments.reading.value_formats import (
    DateOrder,
    date_shape,
    decimal_mark,
    order_of,
    sql_date,
    sql_date_number,
    sql_id,
    sql_id_number,
    sql_number,
    telling_dates,
)

__all__ = [
    "DateOrder",
    "InvoiceFileError",
    "InvoiceFiles",
    "find_files",
    "find_invoice_lines",
    "invoice_lines_select",
]

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

Readers = list[tuple[FileLayout, str]]
SET_DATE_ORDER = (
    "Set the variable date_order to month_first or day_first (its value now is infer), "
    "for example --vars 'date_order: month_first'."
)


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


def invoice_lines_select(location: str, date_order: DateOrder = "infer") -> str:
    """Return one DuckDB select over all invoice lines at `location`; see `find_invoice_lines`."""
    return find_invoice_lines(location, date_order).select


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
    try:
        remove_stale_copies()
        files = find_files(location)
        layouts: dict[FileLayout, list[Path]] = {}
        states: dict[Path, str] = {}
        for path in files:
            state = path.stat()
            for readable, layout in _read_layouts(path):
                layouts.setdefault(layout, []).append(readable)
                states[readable] = f"{state.st_size} {state.st_mtime_ns}"
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
    readers = [(layout, layout.reader(paths)) for layout, paths in layouts.items()]
    _require_lines(location, files, readers)
    order = _settle_date_order(location, readers) if date_order == "infer" else date_order
    versions = {}
    for layout, paths in layouts.items():
        reading = hashlib.sha256(_select_lines(layout, "files", order).encode()).hexdigest()[:16]
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
                _require_date_order(location, order, (layout, layout.reader([path])), readers)
    if not new:  # the columns without a line
        layout, reader = readers[0]
        select = f"select * from ({_select_lines(layout, reader, order)}) where false"
        return InvoiceFiles(select, versions, new, gone)
    return InvoiceFiles(_select_files(wanted, order), versions, new, gone)


def find_files(location: str) -> list[Path]:
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
        return [(path, _parquet_layout(path))]
    if start.startswith(b"PK"):
        return [read_text_layout(sheet) for sheet in copy_workbook(path)]
    return [read_text_layout(path)]


def _parquet_layout(path: Path) -> FileLayout:
    reader = f"read_parquet({sql_path(path)}, hive_partitioning = false)"
    try:
        described = duckdb.execute(f"describe select * from {reader}").fetchall()
    except duckdb.Error as error:
        raise InvoiceFileError(
            f"Damaged Parquet file: {path} starts like one but cannot be read "
            f"({first_line(error)}). Copy it again from where it came."
        ) from error
    columns = tuple((str(row[0]), str(row[1])) for row in described)
    require_columns(str(path), [name for name, _ in columns])
    layout = FileLayout("parquet", columns)
    names = [layout.column(name) for name in ("invoice_date", "unit_price", "quantity")]
    texts = [
        f"cast({name} as varchar)" if data_type == "VARCHAR" else "null"
        for name, data_type in names
    ]
    head = _query(f"select {', '.join(texts)} from {reader} limit 1000")
    dates, *numbers = ([str(row[place]) for row in head if row[place]] for place in range(3))
    return FileLayout(
        "parquet",
        columns,
        decimal_mark=decimal_mark([value for column in numbers for value in column]),
        date_shape=date_shape(dates),
    )


def _require_lines(location: str, files: list[Path], readers: Readers) -> None:
    for _, reader in readers:
        if _query(f"select 1 from {reader} limit 1"):
            return
    found = "a header and nothing below it" if readers else "no bytes at all"
    raise InvoiceFileError(
        f"No invoice lines in {location}: found {found} in {len(files)} file(s). "
        f"Expected a header ({EXPECTED_HEADER}) and at least one line below it. Export it again."
    )


def _dates(readers: Readers) -> str:
    """Return the select of the dates with day and month in numbers, and their files; or nothing."""
    return " union all ".join(
        f"select cast({layout.column('invoice_date')[0]} as varchar) as date_text, "
        f"parse_filename({sql_name(PATH_COLUMN)}, false, 'system') as file_name from {reader}"
        for layout, reader in readers
        if layout.date_shape
    )


def _telling_dates(readers: Readers) -> list[tuple[str, str]]:
    """Return dates that show whether the day or the month comes first, with their files."""
    if not (dates := _dates(readers)):
        return []
    # A thousand lines settle it, so this stops early in most files.
    rows = _query(f"from ({dates}) where {telling_dates('date_text')} limit 1000")
    return [(str(text), str(file_name)) for text, file_name in rows]


def _settle_date_order(location: str, readers: Readers) -> str | None:
    """Return month_first or day_first; None when no date has the two in numbers."""
    if not (dates := _dates(readers)):
        return None
    telling = _telling_dates(readers)
    order = order_of(text for text, _ in telling)
    if order == "contradictory":
        raise _contradiction(location, telling)
    if order is None:
        [(example, _)] = _query(f"from ({dates}) limit 1")
        raise InvoiceFileError(
            f"Dates in {location} can be read in two ways, such as {example}: no line has a "
            f"day above 12. {SET_DATE_ORDER}"
        )
    return order


def _require_date_order(
    location: str, order: str | None, reader: tuple[FileLayout, str], readers: Readers
) -> None:
    """Refuse a file whose own dates say otherwise: beside years of others it would be outvoted."""
    telling = _telling_dates([reader])
    if order_of(text for text, _ in telling) not in (None, order):
        raise _contradiction(location, telling + _telling_dates(readers))


def _contradiction(location: str, telling: list[tuple[str, str]]) -> InvoiceFileError:
    examples = {order_of([text]): f"{text} in {file_name}" for text, file_name in telling}
    return InvoiceFileError(
        f"Dates in {location} contradict each other, such as {' and '.join(examples.values())}: in "
        f"some the day comes first, in others the month. {SET_DATE_ORDER} "
        "Dates that do not fit are then unreadable."
    )


def _select_files(layouts: dict[FileLayout, list[Path]], order: str | None) -> str:
    """Return the select over the lines of all files, numbered.

    Parquet files say which line is which. Where lines must be counted, DuckDB reads and cleans
    them in one thread.
    """
    files = {layout: paths for layout, paths in layouts.items() if paths}
    are_numbered = all(layout.numbers_lines() for layout in files)
    selects, first = [], 0
    for layout, paths in files.items():
        number = "null"
        if are_numbered:
            *firsts, first = accumulate(map(_parquet_row_count, paths), initial=first)
            number = layout.line_number(firsts)
        selects.append(_select_lines(layout, layout.reader(paths, are_numbered), order, number))
    lines = "\nunion all\n".join(selects)
    if are_numbered:
        return lines
    return f"select * replace (row_number() over () as line_number)\nfrom (\n{lines}\n)"


def _parquet_row_count(path: Path) -> int:
    [(rows,)] = _query(f"select num_rows from parquet_file_metadata({sql_path(path)})")
    return int(str(rows))


def _select_lines(
    layout: FileLayout, reader: str, order: str | None, line_number: str = "null"
) -> str:
    columns = {name: layout.column(name) for name in COLUMN_NAMES}
    ids = {
        name: sql_id(*columns[name])
        for name in ("invoice_no", "stock_code", "description", "country")
    }
    quantity, price, date, customer = (
        columns[name] for name in ("quantity", "unit_price", "invoice_date", "customer_id")
    )
    return f"""select
    line_number,
    invoice_no,
    stock_code,
    description,
    case when quantity_number % 1 = 0 then try_cast(quantity_number as integer) end as quantity,
    {_text("quantity", quantity[1])},
    invoice_date,
    {_text("invoice_date", date[1])},
    unit_price,
    {_text("unit_price", price[1])},
    customer_number,
    case when customer_number is null then {sql_id("written_customer_id", customer[1])} end
        as customer_id,
    country,
    overflow_text,
    file_name,
    file_path
from (
    select
        {line_number} as line_number,
        {ids["invoice_no"]} as invoice_no,
        {ids["stock_code"]} as stock_code,
        {ids["description"]} as description,
        {_typed_number(*quantity, layout.decimal_mark)} as quantity_number,
        {quantity[0]} as written_quantity,
        {_typed_date(*date, layout.date_shape, order)} as invoice_date,
        {date[0]} as written_invoice_date,
        {_typed_number(*price, layout.decimal_mark)} as unit_price,
        {price[0]} as written_unit_price,
        {sql_id_number(*customer)} as customer_number,
        {customer[0]} as written_customer_id,
        {ids["country"]} as country,
        {layout.overflow()} as overflow_text,
        parse_filename({sql_name(PATH_COLUMN)}, false, 'system') as file_name,
        {sql_name(PATH_COLUMN)} as file_path
    from {reader}
)"""


def _text(name: str, data_type: str) -> str:
    if data_type == "VARCHAR":
        return f"written_{name} as {name}_text"
    # Few values need one, and to write numbers as text takes longer than to read the file.
    return f"case when {name} is null then cast(written_{name} as varchar) end as {name}_text"


def _typed_number(column: str, data_type: str, mark: str) -> str:
    if data_type == "VARCHAR":
        return sql_number(column, mark)
    return f"try_cast({column} as decimal(18, 4))"


def _typed_date(column: str, data_type: str, shape: str, order: str | None) -> str:
    if data_type == "VARCHAR":
        return sql_date(column, shape, order)
    if data_type == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {column})"  # a cast would depend on where the build runs
    if data_type.startswith(("TIMESTAMP", "DATE")):
        return f"try_cast({column} as timestamp)"
    return sql_date_number(f"try_cast({column} as double)")


def _query(sql: str) -> list[tuple[object, ...]]:
    try:
        rows: list[tuple[object, ...]] = duckdb.execute(sql).fetchall()
    except duckdb.Error as error:
        raise InvoiceFileError(f"Cannot read the invoice lines: {first_line(error)}.") from error
    return rows
