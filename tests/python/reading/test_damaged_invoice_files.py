"""Random damage below the header never stops a build, and never loses or doubles a record.

How records are counted here, apart from the code under test:
- where quotes are sound (RFC 4180), or none stands at the start of a field: Python's csv module;
- else by the rule of the clean copy: a line is a record, and lines are joined only where a quoted
  field that runs over them gives exactly the fields of the header, and the first is none by itself:
  its quotes do not add up, nor do they give these fields with backslashes or blanks before them.

FUZZ_EXAMPLES sets how many files are tried (300).
"""

import contextlib
import csv
import gzip
import io
import itertools
import os
import re

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.invoice_files import find_invoice_lines

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
COLUMNS = "InvoiceNo StockCode Description Quantity InvoiceDate UnitPrice CustomerID Country"
HEADER = COLUMNS.split()
NUMBERS = itertools.count()
fuzz = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # to shrink an example would write thousands of files
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

texts = st.one_of(
    st.sampled_from(
        ["'; drop table x; --", 'say "hi"', "two\nlines", "a\r\nb", "12,5", "£", "", " "]
    ),
    st.sampled_from(["ALARM CLOCK", "NULL", '"', '""', "a;b|c\td", "\\", "{}", "%s", "${x}", "é"]),
    # Beyond ASCII only what Latin-1 and UTF-8 write unlike each other: see the samples.
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
)
records = st.lists(
    st.tuples(
        st.sampled_from(["536365", "C536366", "A1"]),
        texts,
        texts,
        st.sampled_from(["6", "-1", "12.0", "2.5", "many", ""]),
        st.sampled_from(["12/1/10 8:45", "13/13/13", "2010-12-01", "40513.3", "", "soon"]),
        st.sampled_from(["2.55", "2,55", "£1,234.56", "-", "nan", ""]),
        st.sampled_from(["12583.0", "12583", ""]),
        texts,
    ),
    max_size=12,
)
pieces = st.one_of(
    st.sampled_from(
        [b'"', b'""', b"\n", b"\r", b"\r\n", b",", b";", b"\0", b"\xff", b"\xc3", b"\\"]
    ),
    st.sampled_from(
        [b'","', b'"\n', b'\n"', b',"', b",,,,,,,,,,,,,,,", b"\n\n", b"\x1a", b"\xef\xbb\xbf"]
    ),
    st.binary(max_size=4),
)
damages = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), pieces), min_size=1, max_size=4)
layouts = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "line_end": st.sampled_from(["\n", "\r\n", "\r"]),
    }
)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16"])


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def encode(rows, layout, encoding):
    """Return the bytes of the header and of the lines."""
    lines = []
    for row in [HEADER, *rows]:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=layout["delimiter"], quoting=layout["quoting"]).writerow(row)
        lines.append(text.getvalue().removesuffix("\r\n") + layout["line_end"])
    header = lines[0].encode(encoding)
    later = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    return header, "".join(lines[1:]).encode(later)


def read(folder, content, columns="count(*)"):
    # One name for each file: a copy is known by path, size and time, and time has its grain.
    path = folder / f"{next(NUMBERS)}.csv"
    path.write_bytes(content)
    select = find_invoice_lines(str(path), "month_first")
    return duckdb.execute(f"select {columns} from ({select})").fetchall()


def with_line_feeds(text):
    return text and text.replace("\r\n", "\n").replace("\r", "\n")


def count_records(text, delimiter):
    """Return how many records `text` holds, its header included."""
    mark = re.escape(delimiter)
    field = rf'(?:"(?:[^"]|"")*"|[^"{mark}\r\n]*)'
    opens = re.search(rf'(?:^|[{mark}\r\n]) ?"', text)
    if not opens or re.fullmatch(rf"(?:{field}(?:[{mark}\r\n]|$))*", text):
        quoting = csv.QUOTE_MINIMAL if opens else csv.QUOTE_NONE
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
        return sum(bool(line) for line in lines)
    lines = list(io.StringIO(text, newline=""))
    count = start = 0
    while start < len(lines):
        count += bool(lines[start].strip("\r\n"))
        sizes = (size for size in range(1, 21) if start + size <= len(lines))
        start += next((n for n in sizes if is_record(lines[start : start + n], delimiter)), 1)
    return count


def is_record(lines, delimiter):
    try:
        rows = list(csv.reader(["".join(lines).rstrip("\r\n")], delimiter=delimiter, strict=True))
    except csv.Error:
        return len(lines) == 1 and is_quoted_otherwise(lines[0].rstrip("\r\n"), delimiter)
    return len(lines) == 1 or (len(rows) == 1 and len(rows[0]) == len(HEADER))


def is_quoted_otherwise(line, delimiter):
    for blank in (False, True):
        for slash in (False, True):
            escapes = {"escapechar": "\\", "doublequote": False} if slash else {}
            options = {"delimiter": delimiter, "strict": True, "skipinitialspace": blank}
            with contextlib.suppress(csv.Error):
                if [len(row) for row in csv.reader([line], **options, **escapes)] == [len(HEADER)]:
                    return True
    return False


@fuzz
@given(records.filter(len), layouts, encodings, st.booleans())
def test_sound_files_come_back_as_written(tmp_path, rows, layout, encoding, packed):
    content = b"".join(encode(rows, layout, encoding))
    columns = (
        "invoice_no, stock_code, description, quantity_text, invoice_date_text, unit_price_text,"
        " customer_id, country"
    )
    found = read(tmp_path, gzip.compress(content) if packed else content, columns)
    # A copy writes each line break in a field as one character.
    assert [tuple(map(with_line_feeds, line)) for line in found] == [
        tuple(with_line_feeds(text or None) for text in row) for row in rows
    ]


@fuzz
@given(records, layouts, encodings, damages)
def test_damage_neither_loses_nor_doubles_a_record(tmp_path, rows, layout, encoding, damage):
    header, rest = encode(rows, layout, encoding)
    for place, length, piece in damage:
        at = int(place * len(rest))
        rest = rest[:at] + piece + rest[at + length :]
    content = header + rest
    text = content.decode("utf-16" if encoding == "utf-16" else "latin-1", "replace")
    text = text.removeprefix("\ufeff").removeprefix("\xef\xbb\xbf")
    expected = count_records(text, layout["delimiter"]) - 1
    try:
        ((count,),) = read(tmp_path, content)
    except InvoiceFileError as error:
        count = 0 if "No invoice lines" in str(error) else error
    assert count == expected


@fuzz
@given(records, layouts, damages, st.booleans())
def test_damage_anywhere_ends_in_lines_or_one_message(tmp_path, rows, layout, damage, packed):
    content = b"".join(encode(rows, layout, "utf-8"))
    content = gzip.compress(content) if packed else content
    for place, length, piece in damage:
        at = int(place * len(content))
        content = content[:at] + piece + content[at + length :]
    told = ""
    try:
        read(tmp_path, content)
    except InvoiceFileError as error:
        told = str(error)
    assert "\n" not in told


def test_parallel_reading_finds_every_line(tmp_path):
    kinds = [
        '{n},22728,"ALARM, CLOCK",1,12/13/10 8:45,3.75,12583,France',
        "{n},22728,CLOCK,1,12/13/10 8:45,3.75,12583,France",
        "{n},22728",
        '{n},22728,"say ""hi""",1,12/13/10 8:45,3.75,12583,France,too,many',
        '"{n}","22728","","1","12/13/10 8:45","3.75","12583","France"',
    ]
    count = 400_000
    lines = [kinds[number * 7919 % 5].format(n=number) for number in range(count)]
    text = "\n".join([",".join(HEADER), *lines])
    columns = "count(*), sum(invoice_no::bigint), count(unit_price), count(overflow_text)"
    expected = [(count, count * (count - 1) // 2, count * 4 // 5, count // 5)]
    assert len(text) > 16_000_000
    assert read(tmp_path, text.encode(), columns) == expected
    # A quoted line break, then one stray quote: the same lines, another way to read them.
    text += '\n0,1,"two\nlines",1,12/13/10 8:45,3.75,12583,France'
    expected = [(count + 1, expected[0][1], count * 4 // 5 + 1, count // 5)]
    assert read(tmp_path, text.encode(), columns) == expected
    text = text.replace('"ALARM, CLOCK"', '"ALARM', 1)
    expected = [(count + 1, expected[0][1], count * 4 // 5, count // 5)]
    assert read(tmp_path, text.encode(), columns) == expected


def test_a_runaway_quote_costs_its_line(tmp_path):
    line = "1,2,{},1,12/13/10 8:45,3.75,12583,France"
    lines = [line.format("CLOCK")] * 1000
    lines[10], lines[900] = line.format('"ALARM'), line.format('CLOCK"')
    text = "\n".join([",".join(HEADER), *lines])
    assert read(tmp_path, text.encode(), "count(*), count(unit_price)") == [(1000, 999)]
