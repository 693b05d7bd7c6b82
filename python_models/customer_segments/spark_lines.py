"""Invoice lines as a table of Spark: files that DuckDB's reader knows come through it, in pieces.

So a file gives the same lines on both engines, whatever its encoding, header and dates, and the
workers of a cluster need not see it.
"""

import os
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from customer_segments.invoice_files import DateOrder, InvoiceFileError, find_invoice_lines

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LINES_AT_A_TIME = 500_000
PSEUDONYM_KEY = "SEGMENTS_PSEUDONYM_KEY"


def write_invoice_lines(
    session: "SparkSession", location: str, date_order: DateOrder, table: str
) -> str | None:
    """Write the lines at `location`, numbered, to `table`; return what is wrong with the files."""
    if os.environ.get(PSEUDONYM_KEY):
        return (
            f"{PSEUDONYM_KEY} is set, but on Spark customer ids stay as they are. Unset it to "
            "build with these ids, or build on DuckDB."
        )
    schema = table.partition(".")[0]
    session.sql(f"create schema if not exists {schema}")
    session.sql(f"drop table if exists {table}")
    try:
        select = find_invoice_lines(location, date_order).select
    except InvoiceFileError as error:
        return str(error)
    connection = duckdb.connect()
    reader = connection.sql(
        "select row_number() over () as line_number, "
        f"* replace (cast(invoice_date as timestamptz) as invoice_date) from ({select})"
    ).to_arrow_reader(LINES_AT_A_TIME)
    for batch in reader:
        lines = session.createDataFrame(pa.Table.from_batches([batch]))
        lines.write.mode("append").format("parquet").saveAsTable(table)
    return None
