"""Look into a Parquet file before DuckDB reads it: its columns, how its texts are written."""

from dataclasses import replace
from pathlib import Path

import duckdb

from customer_segments.project import first_line
from customer_segments.reading.file_layouts import (
    FileLayout,
    InvoiceFileError,
    read_rows,
    sql_path,
)
from customer_segments.reading.reading_rules import Reading
from customer_segments.reading.value_formats import date_shape, decimal_mark

_MOST_DIGITS = 38  # of a decimal


def read_parquet_layout(path: Path, reading: Reading) -> FileLayout:
    """Return how a Parquet file is written. Raises InvoiceFileError when it cannot be read."""
    reader = f"read_parquet({sql_path(path)}, hive_partitioning = false)"
    try:
        described = duckdb.execute(f"describe select * from {reader}").fetchall()
    except duckdb.Error as error:
        raise InvoiceFileError(
            f"Damaged Parquet file: {path} starts like one but cannot be read "
            f"({first_line(error)}). Copy it again from where it came."
        ) from error
    columns = tuple((str(row[0]), str(row[1])) for row in described)
    facts = reading.fields(str(path), path.name, [name for name, _ in columns])
    layout = FileLayout("parquet", columns, **facts)
    _require_decimals(path, layout)
    price = "unit_price" if layout.has("unit_price") else "line_total"
    names = [layout.column(name) for name in ("invoice_date", price, "quantity")]
    texts = [
        f"cast({name} as varchar)" if data_type == "VARCHAR" else "null"
        for name, data_type in names
    ]
    head = read_rows(f"select {', '.join(texts)} from {reader} limit 1000")
    dates, *numbers = ([str(row[place]) for row in head if row[place]] for place in range(3))
    return replace(
        layout,
        decimal_mark=decimal_mark([value for column in numbers for value in column]),
        date_shape=date_shape(dates),
    )


def _require_decimals(path: Path, layout: FileLayout) -> None:
    """Refuse decimals that DuckDB reads as other numbers: those of more than 38 digits."""
    found = read_rows(f"select name, precision from parquet_schema({sql_path(path)})")
    wide = {name: digits for name, digits in found if int(str(digits or 0)) > _MOST_DIGITS}
    for _, number in layout.fields:
        name, _ = layout.columns[number]
        if name in wide:
            raise InvoiceFileError(
                f"Decimals too wide: column {name} of {path} has {wide[name]} digits; expected at "
                f"most {_MOST_DIGITS}. Write it as decimal(18, 4) or double."
            )


def count_lines(path: Path) -> int:
    """Return the number of lines of a Parquet file, which its last bytes say."""
    [(rows,)] = read_rows(f"select num_rows from parquet_file_metadata({sql_path(path)})")
    return int(str(rows))
