"""Invoice lines, and what campaigns drew, as tables of Spark.

Files of this machine come through DuckDB's reader, in pieces: a file gives the same lines on both
engines, whatever its encoding, header and dates, and workers need not see it. Parquet files in a
store are read by Spark where they lie.
"""

import gc
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from customer_segments.campaigns.draw import RECORDS
from customer_segments.reading.file_layouts import FileLayout, InvoiceFileError
from customer_segments.reading.invoice_files import find_invoice_lines
from customer_segments.reading.order_statuses import is_void
from customer_segments.reading.reading_rules import Reading, reading_of

LINES_AT_A_TIME = 500_000
FILES_AT_A_TIME = 4
PSEUDONYM_KEY = "SEGMENTS_PSEUDONYM_KEY"


def write_invoice_lines(
    session: Any, location: str, settings: Mapping[str, Any], table: str, notes_table: str
) -> str | None:
    """Write the lines at `location`, numbered, to `table`; return what is wrong with the files.

    `location` is a file, folder or glob of this machine, or the address of Parquet files in a store
    that Spark reaches, such as `s3a://bucket/lines/`. What is to be said of them, in one row, goes
    to `notes_table`.
    """
    if os.environ.get(PSEUDONYM_KEY):
        return (
            f"{PSEUDONYM_KEY} is set, but on Spark customer ids stay as they are. Unset it to "
            "build with these ids, or build on DuckDB."
        )
    session.sql(f"create schema if not exists {table.partition('.')[0]}")
    session.sql(f"drop table if exists {table}")
    reading = reading_of(settings)
    try:
        if "://" in location:
            lines = _lines_in_store(session, location, reading)
            lines.write.mode("overwrite").format("parquet").saveAsTable(table)
        else:
            select = find_invoice_lines(location, reading.date_order, reading)
            _copy_lines(session, select, table)
    except InvoiceFileError as error:
        return str(error)
    said = session.createDataFrame([("\n".join(reading.sentences()) or None,)], "notes string")
    said.write.mode("overwrite").format("parquet").saveAsTable(notes_table)
    return None


def write_campaign_members(session: Any, folder: str, columns: dict[str, str], table: str) -> None:
    """Write the members of the campaigns in `folder`, of this machine, to `table`; none, no row.

    `columns` are the names and the types of the table.
    """
    session.sql(f"create schema if not exists {table.partition('.')[0]}")
    session.sql(f"drop table if exists {table}")
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    session.sql(f"create table {table} ({typed}) using parquet")
    if files := sorted(str(file) for file in Path(folder).glob(RECORDS)):
        with duckdb.connect() as connection:
            rows = connection.read_parquet(files, union_by_name=True)
            members = rows.project(", ".join(columns)).to_arrow_table()
        session.createDataFrame(members).write.mode("append").insertInto(table)


def _copy_lines(session: Any, select: str, table: str) -> None:
    """Write the lines of a DuckDB select to `table`, so many at a time that memory holds them."""
    lines_in_utc = (
        f"select * replace (cast(invoice_date as timestamptz) as invoice_date) from ({select})"
    )
    with duckdb.connect() as connection:
        # Spark takes a time without a zone for another type than the one that has the session's.
        connection.execute("set timezone = 'UTC'")
        for batch in connection.sql(lines_in_utc).to_arrow_reader(LINES_AT_A_TIME):
            lines = session.createDataFrame(pa.Table.from_batches([batch]))
            lines = lines.coalesce(FILES_AT_A_TIME)  # or Spark writes one for 10,000 lines
            lines.write.mode("append").format("parquet").saveAsTable(table)
            # Data frames are in cycles: until these are collected, the driver keeps the pieces.
            del lines
            gc.collect()


def _lines_in_store(session: Any, location: str, reading: Reading) -> Any:
    """Return the lines of Parquet files, with the columns of `find_invoice_lines`.

    Numbers and dates that are text are read as SQL writes them; other text is unreadable.
    """
    rows = session.read.parquet(location)
    columns = tuple((name, data_type) for name, data_type in rows.dtypes)
    layout = FileLayout("parquet", columns, **reading.fields(location, location, rows.columns))
    if not layout.has("unit_price") or layout.has("line_discount"):
        raise InvoiceFileError(
            f"No unit price in {location}: in a store a price is read as it is, no totals and no "
            "discounts. Add it, or copy the files to this machine."
        )
    names = ("invoice_no", "stock_code", "description", "customer_id", "country")
    texts = {name: _column(layout, name) for name in names}
    quantity, price, date, status, currency = (
        _column(layout, name)[0]
        for name in ("quantity", "unit_price", "invoice_date", "order_status", "currency")
    )
    whole = f"try_cast({quantity} as decimal(18, 4))"
    ids = [f"{_id_text(*column)} as {name}" for name, column in texts.items()]
    return rows.selectExpr(
        "monotonically_increasing_id() + 1 as line_number",
        *ids,
        "cast(null as bigint) as customer_number",
        f"case when {whole} % 1 = 0 then try_cast({whole} as int) end as quantity",
        f"cast({quantity} as string) as quantity_text",
        f"try_cast({date} as timestamp) as invoice_date",
        f"cast({date} as string) as invoice_date_text",
        f"try_cast({price} as decimal(18, 4)) as unit_price",
        f"cast({price} as string) as unit_price_text",
        f"nullif(lower(trim(cast({currency} as string))), '') as currency",
        "cast(null as string) as overflow_text",
        "false as is_header",
        f"case when {whole} > 0 and {is_void(f'cast({status} as string)')} "
        f"then cast({status} as string) end as void_status",
        "_metadata.file_name as file_name",
        "_metadata.file_path as file_path",
    )


def _column(layout: FileLayout, name: str) -> tuple[str, str]:
    """Return the SQL and the type of a column as Spark writes them."""
    if not layout.has(name):
        return layout.column(name)[0].replace("varchar", "string"), "string"
    column, data_type = layout.columns[dict(layout.fields)[name]]
    return f"`{column.replace('`', '``')}`", data_type


def _id_text(column: str, data_type: str) -> str:
    """Return the SQL that writes an id as text: a whole number without decimals or exponent."""
    if not data_type.startswith(("double", "float", "decimal")):
        return f"cast({column} as string)"
    whole = f"try_cast({column} as decimal(38, 0))"
    return f"if({column} = {whole}, cast({whole} as string), cast({column} as string))"
