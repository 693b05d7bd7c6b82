"""What an invoice file must hold, and how one is written: the words the readers share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from customer_segments.project import first_line

# Fields beyond the header that a line keeps. DuckDB drops the text of further ones, not the line.
OVERFLOW_FIELDS = 8
# The column with the path of the file: a name that no file has as a column of its own.
PATH_COLUMN = "path of the invoice file"


class InvoiceFileError(ValueError):
    """The files cannot be used. The message says what was found, expected, and how to go on."""


class ForeignFileError(InvoiceFileError):
    """A file has none of the columns: among others it may lie by mistake. `found` is what it is."""

    def __init__(self, found: str) -> None:
        """Advise as for a file that is named by itself."""
        super().__init__(f"{found} Add the header, or name another file.")
        self.found = found


@dataclass(frozen=True)
class FileLayout:
    """How a file is written. Files that share a layout are read by one call.

    `columns` holds the file's own column names in order, each with its DuckDB type. `fields` says
    which of them holds what (`column_names.COLUMNS`), `constants` what stands for those it lacks.
    `quote` is empty where quotes are plain characters, `multiline` tells whether a quoted field
    holds a line break. `decimal_mark` is a dot or a comma. `date_shape` is how the first dates put
    day, month and year, the first two left open: `{}/{}/%y %H:%M`; empty for any other dates.
    """

    kind: Literal["csv", "parquet"]
    columns: tuple[tuple[str, str], ...]
    delimiter: str = ","
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    compression: Literal["none", "gzip"] = "none"
    quote: Literal['"', ""] = '"'
    multiline: bool = False
    decimal_mark: Literal[".", ","] = "."
    date_shape: str = ""
    fields: tuple[tuple[str, int], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()

    def reader(self, paths: Iterable[Path], has_line_numbers: bool = False) -> str:
        """Return the DuckDB table function that reads `paths`, CSV columns named c0, c1, ..."""
        files = "[" + ", ".join(map(sql_path, paths)) + "]"
        shared = f"hive_partitioning = false, filename = {sql_text(PATH_COLUMN)}"
        if self.kind == "parquet":
            numbers = ", file_row_number = true" if has_line_numbers else ""
            return f"read_parquet({files}, {shared}{numbers})"
        width = len(self.columns) + OVERFLOW_FIELDS
        columns = ", ".join(f"'c{number}': 'varchar'" for number in range(width))
        # Padding and no strict mode: a line with too few or too many fields is still a line.
        # DuckDB cannot pad in parallel where a quoted field may hold a line break.
        return (
            f"read_csv({files}, columns = {{{columns}}}, auto_detect = false, header = true, "
            f"delim = {sql_text(self.delimiter)}, quote = '{self.quote}', escape = '{self.quote}', "
            f"encoding = '{self.encoding}', compression = '{self.compression}', "
            f"null_padding = true, strict_mode = false, parallel = {not self.multiline}, {shared})"
        )

    def numbers_lines(self) -> bool:
        """Tell whether the files say of each line which one of which file it is."""
        names = {name.lower() for name, _ in self.columns}
        return self.kind == "parquet" and names.isdisjoint(("file_index", "file_row_number"))

    def line_number(self, starts: list[int]) -> str:
        """Return the SQL for a line's number, where so many lines come before each file's first."""
        return f"({starts})[cast(file_index as bigint) + 1] + file_row_number + 1"

    def has(self, name: str) -> bool:
        """Tell whether the file has a column for `name`."""
        return name in dict(self.fields)

    def column(self, name: str) -> tuple[str, str]:
        """Return the SQL and the type of the file's column for `name`, or of what stands for it."""
        if not self.has(name):
            constant = dict(self.constants).get(name)
            return "cast(null as varchar)" if constant is None else sql_text(constant), "VARCHAR"
        number = dict(self.fields)[name]
        found, data_type = self.columns[number]
        return (sql_name(found) if self.kind == "parquet" else f"c{number}"), data_type

    def overflow(self) -> str:
        """Return the SQL for the text of a line's fields beyond the header, null when none."""
        if self.kind == "parquet":
            return "cast(null as varchar)"
        first = len(self.columns)
        fields = ", ".join(f"c{number}" for number in range(first, first + OVERFLOW_FIELDS))
        return (
            f"case when coalesce({fields}) is not null "
            f"then concat_ws({sql_text(self.delimiter)}, {fields}) end"
        )


# Files of one layout each, as the table function that reads them.
Readers = list[tuple[FileLayout, str]]


def sql_text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"


def sql_name(name: str) -> str:
    """Quote a column's name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def sql_path(path: Path) -> str:
    """Quote a path for a reader; characters that DuckDB would take for a pattern are escaped."""
    text = str(path)
    if not text.isprintable() and any("\ud800" <= char <= "\udfff" for char in text):
        raise InvoiceFileError(
            f"Cannot read {text!a}: its name is not valid Unicode. Rename the file or folder."
        )
    if "\\" in text and re.search(r"[\[*?]", text):
        raise InvoiceFileError(
            f"Cannot read {text}: DuckDB takes a backslash together with [, * or ? for a pattern. "
            "Rename the file or folder."
        )
    return sql_text(re.sub(r"([\[*?])", r"[\1]", text))


def read_rows(sql: str) -> list[tuple[object, ...]]:
    """Return the rows of a select over invoice files."""
    try:
        rows: list[tuple[object, ...]] = duckdb.execute(sql).fetchall()
    except duckdb.Error as error:
        raise InvoiceFileError(f"Cannot read the invoice lines: {first_line(error)}.") from error
    return rows
