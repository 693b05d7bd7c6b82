"""What a spreadsheet would run is text in a CSV file, in Python and in SQL alike."""

import duckdb
import pytest

from customer_segments.spreadsheets import safe_cell, safe_column

RUN = ("=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\nx", " =1", "\u00a0@A1", "\uff1d1", "\uff0d1")
SHOWN = ("", "a", "1-1", "it's", "'=1", "a\t=1", "0")


@pytest.mark.parametrize("text", [*RUN, *SHOWN])
def test_formulas_are_texts(text: str) -> None:
    [(in_sql,)] = duckdb.execute(
        f"select {safe_column('cell')} from (select ? as cell)", [text]
    ).fetchall()
    assert safe_cell(text) == in_sql == (f"'{text}" if text in RUN else text)


def test_nothing_stays_nothing() -> None:
    assert duckdb.sql(
        f"select {safe_column('cell')} from (select null::varchar as cell)"
    ).fetchall() == [(None,)]
