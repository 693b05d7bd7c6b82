"""Find the invoice files, learn how each is written, and say how to read them as one select.

Only headers and, for dates, as many lines as it takes to tell the day from the month are read
here. The lines themselves are read by DuckDB, from the select that `invoice_lines_select` returns.
"""

import csv
import glob
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import duckdb

DateOrder = Literal["infer", "month_first", "day_first"]

# Column of the select -> names it goes by in files, without case, blanks and punctuation.
COLUMN_NAMES = {
    "invoice_no": ("invoiceno", "invoice", "invoicenumber", "invoiceid"),
    "stock_code": ("stockcode",),
    "description": ("description",),
    "quantity": ("quantity", "qty"),
    "invoice_date": ("invoicedate", "invoicedatetime"),
    "unit_price": ("unitprice", "price"),
    "customer_id": ("customerid", "customer", "customerno"),
    "country": ("country",),
}
EXPECTED_HEADER = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
)

FILE_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz", ".parquet")
DELIMITERS = (",", ";", "\t", "|")

# The two-digit year comes first: it cannot match a four-digit one, the reverse it can.
DATE_FORMATS = {
    "iso": ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"),
    "month_first": tuple(
        f"%m/%d/{year}{time}" for year in ("%y", "%Y") for time in (" %H:%M", " %H:%M:%S", "")
    ),
    "day_first": tuple(
        f"%d/%m/{year}{time}" for year in ("%y", "%Y") for time in (" %H:%M", " %H:%M:%S", "")
    ),
}


class InvoiceFileError(ValueError):
    """The files cannot be used. The message says what was found, expected, and how to go on."""


@dataclass(frozen=True)
class FileLayout:
    """How a file is written. Files that share a layout are read by one call.

    `columns` holds the file's own column names in order, each with its DuckDB type.
    """

    kind: Literal["csv", "parquet"]
    columns: tuple[tuple[str, str], ...]
    delimiter: str = ","
    encoding: str = "utf-8"

    def reader(self, paths: Iterable[Path]) -> str:
        """Return the DuckDB table function that reads `paths`, columns named c0, c1, ..."""
        files = "[" + ", ".join(_sql_path(path) for path in paths) + "]"
        if self.kind == "parquet":
            return f"read_parquet({files}, filename = true)"
        columns = ", ".join(f"'c{number}': 'varchar'" for number in range(len(self.columns)))
        return (
            f"read_csv({files}, columns = {{{columns}}}, auto_detect = false, header = true, "
            f"delim = {_sql_text(self.delimiter)}, quote = '\"', escape = '\"', "
            f"encoding = '{self.encoding}', filename = true)"
        )

    def column(self, name: str) -> tuple[str, str]:
        """Return the SQL name and the type of the file's column for `name`."""
        for number, (found, data_type) in enumerate(self.columns):
            if _plain(found) in COLUMN_NAMES[name]:
                sql_name = '"' + found.replace('"', '""') + '"'
                return (sql_name if self.kind == "parquet" else f"c{number}"), data_type
        raise KeyError(name)


def invoice_lines_select(location: str, date_order: DateOrder = "infer") -> str:
    """Return one DuckDB select over all invoice lines at `location`.

    `location` is a file, a folder, or a glob. The select has the columns of `COLUMN_NAMES`, typed
    (an unreadable value is null), the raw text of the three columns that can be unreadable as
    `quantity_text`, `unit_price_text`, `invoice_date_text`, and `file_name`.

    Raises InvoiceFileError when there is nothing to read or a file is not an invoice file.
    """
    layouts: dict[FileLayout, list[Path]] = {}
    for path in find_files(location):
        layouts.setdefault(read_layout(path), []).append(path)
    readers = [(layout, layout.reader(paths)) for layout, paths in layouts.items()]
    _require_lines(location, readers)
    date_formats = _date_formats(location, readers, date_order)
    return "\nunion all\n".join(
        _select_lines(layout, reader, date_formats) for layout, reader in readers
    )


def find_files(location: str) -> list[Path]:
    """Return the files that `location` (file, folder or glob) names, sorted by path."""
    path = Path(location).expanduser()
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.name.lower().endswith(FILE_SUFFIXES)]
        if not files:
            raise InvoiceFileError(
                f"No invoice file in folder {location}: expected files that end in "
                f"{', '.join(FILE_SUFFIXES)}."
            )
    elif path.exists():
        files = [path]
    else:
        files = [Path(file) for file in glob.glob(str(path), recursive=True)]
        files = [file for file in files if file.is_file()]
        if not files:
            raise InvoiceFileError(
                f"File not found: {location} (looked in {Path.cwd()}). "
                "Set INVOICE_LINES to a file, a folder, or a pattern in quotes."
            )
    return sorted(file.resolve() for file in files)


def read_layout(path: Path) -> FileLayout:
    """Return how `path` is written, from its first bytes, its header and its encoding."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise InvoiceFileError(f"Cannot read {path}: {error.strerror}.") from error
    if not start:
        raise InvoiceFileError(
            f"Empty file: {path} has no bytes. Expected a header ({EXPECTED_HEADER}) and lines."
        )
    layout = _parquet_layout(path) if start == b"PAR1" else _csv_layout(path)
    _require_columns(path, layout)
    return layout


def _parquet_layout(path: Path) -> FileLayout:
    try:
        described = duckdb.execute(
            f"describe select * from read_parquet({_sql_path(path)})"
        ).fetchall()
    except duckdb.Error as error:
        raise InvoiceFileError(
            f"Damaged Parquet file: {path} starts like one but cannot be read "
            f"({_first_line(error)}). Copy it again from where it came."
        ) from error
    return FileLayout("parquet", tuple((row[0], row[1]) for row in described))


def _csv_layout(path: Path) -> FileLayout:
    encoding = _detect_encoding(path)
    with _open_bytes(path) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        first_line = text.readline(1_000_000).lstrip("\ufeff").rstrip("\r\n")
    if "\0" in first_line:
        raise InvoiceFileError(
            f"Not a CSV or Parquet file: {path} holds binary data. "
            f"Expected text that starts with the header {EXPECTED_HEADER}."
        )
    headers = [next(csv.reader([first_line], delimiter=char), []) for char in DELIMITERS]
    # The delimiter is the one that makes the header mean something.
    known = [sum(map(_is_known, header)) for header in headers]
    best = known.index(max(known))
    columns = tuple((name, "VARCHAR") for name in headers[best])
    duckdb_encoding = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    return FileLayout("csv", columns, DELIMITERS[best], duckdb_encoding)


def _require_columns(path: Path, layout: FileLayout) -> None:
    names = [name for name, _ in layout.columns]
    found = ", ".join(names[:12])[:300] or "nothing"
    if not any(map(_is_known, names)):
        raise InvoiceFileError(
            f"Not an invoice file: the first line of {path} holds none of the expected columns. "
            f"Found: {found}. Expected: {EXPECTED_HEADER}."
        )
    plain = [_plain(name) for name in names]
    matches = {
        column: sum(name in aliases for name in plain) for column, aliases in COLUMN_NAMES.items()
    }
    expected = dict(zip(COLUMN_NAMES, EXPECTED_HEADER.split(","), strict=True))
    missing = [expected[column] for column, count in matches.items() if count == 0]
    if missing:
        raise InvoiceFileError(
            f"Missing column in {path}: {', '.join(missing)}. Found: {found}. "
            f"Expected: {EXPECTED_HEADER} (any order, case and spacing; others are ignored)."
        )
    twice = [expected[column] for column, count in matches.items() if count > 1]
    if twice:
        raise InvoiceFileError(
            f"Column given twice in {path}: {', '.join(twice)}. Found: {found}. "
            "Rename or remove one of them."
        )


def _require_lines(location: str, readers: list[tuple[FileLayout, str]]) -> None:
    for _, reader in readers:
        if _query(f"select 1 from {reader} limit 1"):
            return
    raise InvoiceFileError(
        f"No invoice lines in {location}: found a header and nothing below it. "
        "Expected at least one line."
    )


def _date_formats(
    location: str, readers: list[tuple[FileLayout, str]], date_order: DateOrder
) -> tuple[str, ...]:
    """Return the formats to try for text dates, the order of day and month settled."""
    if date_order != "infer":
        return DATE_FORMATS["iso"] + DATE_FORMATS[date_order]
    slashed = [
        f"select {layout.column('invoice_date')[0]} as date_text from {reader}"
        for layout, reader in readers
        if layout.kind == "csv"
    ]
    if not slashed:
        return DATE_FORMATS["iso"]
    parts = (
        "select date_text, try_cast(split_part(date_text, '/', 1) as integer) as first_part, "
        "try_cast(split_part(date_text, '/', 2) as integer) as second_part "
        f"from ({' union all '.join(slashed)}) where date_text like '%/%/%'"
    )
    # One line with a part above 12 settles the order, so this stops early in most files.
    settled = _query(
        f"select first_part > 12 from ({parts}) "
        "where first_part between 13 and 31 or second_part between 13 and 31 limit 1"
    )
    if settled:
        return DATE_FORMATS["iso"] + DATE_FORMATS["day_first" if settled[0][0] else "month_first"]
    example = _query(f"select date_text from ({parts}) limit 1")
    if example:
        raise InvoiceFileError(
            f"Dates in {location} can be read in two ways, such as {example[0][0]}: no line has a "
            "day above 12. Set the variable date_order to month_first or day_first, for example "
            "--vars 'date_order: month_first'."
        )
    return DATE_FORMATS["iso"]


def _select_lines(layout: FileLayout, reader: str, date_formats: tuple[str, ...]) -> str:
    text = {name: f"cast({layout.column(name)[0]} as varchar)" for name in COLUMN_NAMES}
    quantity, quantity_type = layout.column("quantity")
    if "INT" in quantity_type:
        typed_quantity = f"try_cast({quantity} as integer)"
    else:  # a cast of 2.5 would round: a quantity that is no whole number is unreadable
        number = f"try_cast({quantity} as decimal(18, 4))"
        typed_quantity = f"case when {number} % 1 = 0 then try_cast({number} as integer) end"
    price = layout.column("unit_price")[0]
    date, date_type = layout.column("invoice_date")
    if date_type == "VARCHAR":
        formats = ", ".join(f"'{date_format}'" for date_format in date_formats)
        typed_date = f"try_strptime({date}, [{formats}])"
    else:
        typed_date = f"try_cast({date} as timestamp)"
    return f"""select
    {text["invoice_no"]} as invoice_no,
    {text["stock_code"]} as stock_code,
    {text["description"]} as description,
    {typed_quantity} as quantity,
    {text["quantity"]} as quantity_text,
    {typed_date} as invoice_date,
    {text["invoice_date"]} as invoice_date_text,
    try_cast({price} as decimal(18, 4)) as unit_price,
    {text["unit_price"]} as unit_price_text,
    {text["customer_id"]} as customer_id,
    {text["country"]} as country,
    parse_filename(filename) as file_name
from {reader}"""


def _detect_encoding(path: Path) -> str:
    """Return utf-16, utf-8-sig, utf-8 or latin-1: the first that the whole file is valid in."""
    with _open_bytes(path) as file:
        start = file.read(3)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for encoding in ("utf-8-sig" if start == b"\xef\xbb\xbf" else "utf-8", "latin-1"):
        if _is_valid(path, encoding):
            return encoding
    raise AssertionError("every byte is valid Latin-1")


def _is_valid(path: Path, encoding: str) -> bool:
    """Tell whether all of `path` decodes. Plain ASCII blocks are passed over, they always do."""
    import codecs

    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in _blocks(path):
            if not (block.isascii() and decoder.getstate()[0] == b""):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    with _open_bytes(path) as file:
        while block := file.read(1 << 22):
            yield block


def _open_bytes(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if compressed else path.open("rb")  # type: ignore[return-value]


def _is_known(name: str) -> bool:
    return any(_plain(name) in aliases for aliases in COLUMN_NAMES.values())


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _query(sql: str) -> list[tuple[object, ...]]:
    try:
        rows: list[tuple[object, ...]] = duckdb.execute(sql).fetchall()
        return rows
    except duckdb.Error as error:
        raise InvoiceFileError(f"Cannot read the invoice lines: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _sql_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _sql_path(path: Path) -> str:
    """Quote a path for a reader; characters that DuckDB would take for a pattern are escaped."""
    return _sql_text(re.sub(r"([\[\]*?])", r"[\1]", str(path)))
