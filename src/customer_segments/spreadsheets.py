"""Texts of the input in CSV files: a spreadsheet runs a cell that begins like a formula."""

import re

# What OWASP lists (CSV injection), its full-width forms, and blanks before it. A quote in front
# of the cell makes it text. One pattern for Python and for DuckDB, whose expressions are RE2.
FORMULA = r"^[\t\r\n]|^[\s\x{A0}]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_FORMULA = re.compile(re.sub(r"\\x\{(\w+)\}", lambda code: chr(int(code[1], 16)), FORMULA))


def safe_cell(text: str) -> str:
    """Return a text for a CSV file that a spreadsheet shows and does not run."""
    return f"'{text}" if _FORMULA.search(text) else text


def safe_column(name: str) -> str:
    """Return the SQL of DuckDB that does the same to a column of text."""
    return f"case when regexp_matches({name}, '{FORMULA}') then '''' || {name} else {name} end"
