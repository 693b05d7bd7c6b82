"""Damaged files through the models' own SQL: the ledger adds up, or one clear error.

A whole dbt build takes seconds, so the compiled SQL of the models up to the sale lines runs here in
memory, as compiled for the sample. FUZZ_EXAMPLES sets how many files are tried.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from conftest import Build
from hypothesis import given
from models_in_memory import empty_warehouse, model_statements
from test_damaged_invoice_files import NUMBERS, damages, encode, encodings, fuzz, layouts, records

from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.invoice_files import find_invoice_lines


@pytest.fixture(scope="module")
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Return an empty warehouse in memory that holds the seeds, and no marts."""
    connection = empty_warehouse()
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def statements(sample_build: Build) -> list[str]:
    """Return what makes each model anew, in order."""
    return model_statements(sample_build)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Stand in a folder of our own: clean copies of damaged files are made in target/ there."""
    folder = tmp_path_factory.mktemp("fuzz")
    before = Path.cwd()
    os.chdir(folder)
    yield folder
    os.chdir(before)


@fuzz
@given(records.filter(len), layouts, encodings, damages)
def test_the_ledger_adds_up_or_one_error_says_why(
    warehouse, statements, folder, rows, layout, encoding, damage
) -> None:
    header, body = encode(rows, layout, encoding)
    for place, length, piece in damage:
        at = int(place * len(body))
        body = body[:at] + piece + body[at + length :]
    path = folder / f"{next(NUMBERS)}.csv"
    path.write_bytes(header + body)
    try:
        select = find_invoice_lines(str(path), "month_first")
    except InvoiceFileError as error:
        message = str(error)
    else:
        message = ""
    if message:
        assert str(path) in message
        assert "Traceback" not in message
        return
    warehouse.execute(f"create or replace table raw.invoice_lines as {select}")
    for statement in statements:
        warehouse.execute(statement)
    [(lines, units, value)] = warehouse.execute(
        "select count(*), coalesce(sum(quantity), 0), coalesce(sum(case when abs(quantity::double "
        "* unit_price::double) < 1e13 then quantity * unit_price end), 0) from raw.invoice_lines"
    ).fetchall()
    # What is written in lines that cannot be read counts nothing.
    [(unread_units, unread_value)] = warehouse.execute(
        "select coalesce(sum(quantity), 0), coalesce(sum(line_value), 0) "
        "from staging.stg_online_retail__invoice_lines where unreadable_column is not null"
    ).fetchall()
    assert warehouse.execute(
        "select sum(line_count), sum(unit_count), sum(line_value) "
        "from marts.main.rpt_line_dispositions"
    ).fetchall() == [(lines, units - unread_units, value - unread_value)]
    [(malformed,)] = warehouse.execute(
        "select coalesce(sum(line_count), 0) from marts.main.rpt_line_dispositions "
        "where disposition = 'malformed'"
    ).fetchall()
    assert warehouse.execute("select count(*) from marts.main.rpt_malformed_lines").fetchall() == [
        (malformed,)
    ]
    assert warehouse.execute(
        "select count(*) from marts.main.fct_sale_lines where net_unit_count < 0 or net_sales < 0"
    ).fetchall() == [(0,)]
