"""Each kind of file people have gives the same lines; any other gets one clear message."""

import datetime
import gzip
import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import REAL

from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.invoice_files import find_invoice_lines

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LINES = [
    "536370,22728,ALARM CLOCK,24,12/1/10 8:45,3.75,12583.0,France",
    "C536371,POST,POSTAGE,-1,12/13/10 9:00,18.00,,France",
]
PLAIN = "\n".join([HEADER, *LINES]) + "\n"
FIRST = datetime.datetime(2010, 12, 1, 8, 45)
SECOND = datetime.datetime(2010, 12, 13, 9, 0)


@pytest.fixture(autouse=True)
def _checkout(tmp_path, monkeypatch):
    """Run in an empty folder: clean copies go to target/ below it."""
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(location, date_order="infer", columns="*"):
    select = find_invoice_lines(str(location), date_order)
    return duckdb.execute(f"select {columns} from ({select})").fetchall()


def typed(location, date_order="infer"):
    return read(
        location,
        date_order,
        "invoice_no, stock_code, description, quantity, invoice_date, unit_price,"
        " coalesce(customer_id, cast(customer_number as varchar)), country",
    )


def message(location, date_order="infer"):
    with pytest.raises(InvoiceFileError) as raised:
        find_invoice_lines(str(location), date_order)
    text = str(raised.value)
    assert "\n" not in text
    return text


EXPECTED = [
    ("536370", "22728", "ALARM CLOCK", 24, FIRST, Decimal("3.75"), "12583.0", "France"),
    ("C536371", "POST", "POSTAGE", -1, SECOND, Decimal("18"), None, "France"),
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path, delimiter, line_end):
    text = PLAIN.replace(",", delimiter).replace("\n", line_end)
    assert typed(write(tmp_path / "day.csv", text)) == EXPECTED


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
def test_encodings(tmp_path, encoding):
    euro = "€" if encoding != "latin-1" else "é"
    text = PLAIN.replace("ALARM", f"£ {euro}")
    lines = typed(write(tmp_path / "day.csv", text.encode(encoding)))
    assert [line[2] for line in lines] == [f"£ {euro} CLOCK", "POSTAGE"]
    assert [line[4] for line in lines] == [FIRST, SECOND]


def test_utf_8_with_one_damaged_byte_keeps_its_other_characters(tmp_path):
    text = PLAIN.encode().replace(b"ALARM", "££££".encode()).replace(b"POSTAGE", b"POST\xffAGE")
    lines = typed(write(tmp_path / "day.csv", text))
    assert [line[2] for line in lines] == ["££££ CLOCK", "POST\ufffdAGE"]


def test_quoted_fields_hold_delimiters_quotes_and_line_breaks(tmp_path):
    text = PLAIN.replace("ALARM CLOCK", '"ALARM, ""RED""\nCLOCK"')
    lines = typed(write(tmp_path / "day.csv", text))
    assert lines[0][2] == 'ALARM, "RED"\nCLOCK'
    assert [line[4] for line in lines] == [FIRST, SECOND]


def test_inches_are_plain_characters(tmp_path):
    text = PLAIN.replace(",", "\t").replace("ALARM", '12" RULER')
    assert typed(write(tmp_path / "day.tsv", text))[0][2] == '12" RULER CLOCK'
    assert not Path("target").exists()


@pytest.mark.parametrize("name", ["day.csv.gz", "day.csv", "day"])
def test_gzip_by_content(tmp_path, name):
    assert typed(write(tmp_path / name, gzip.compress(PLAIN.encode()))) == EXPECTED


def test_several_gzip_members(tmp_path):
    start, end = PLAIN[:90].encode(), PLAIN[90:].encode()
    content = gzip.compress(start) + gzip.compress(end)
    assert typed(write(tmp_path / "day.csv.gz", content)) == EXPECTED


@pytest.mark.parametrize(
    "header",
    [
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
        "INVOICE_NO, stock code ,description,QTY,invoice date,unit price,customer id,COUNTRY",
        '"Invoice No","Stock Code","Description","Quantity","Invoice Date","Price","Customer ID",'
        '"Country"',
    ],
)
def test_header_names(tmp_path, header):
    assert typed(write(tmp_path / "day.csv", PLAIN.replace(HEADER, header))) == EXPECTED


def test_any_order_extra_columns_and_lines_above_the_header(tmp_path):
    text = (
        'sep=;\r\nCountry;"\'; drop table x; --";CustomerID;UnitPrice;InvoiceDate;Quantity;'
        'Description;StockCode;InvoiceNo;"a ""quoted"" name"\r\n'
        "France;x;12583.0;3.75;12/1/10 8:45;24;ALARM CLOCK;22728;536370;\r\n"
        "France;;;18.00;12/13/10 9:00;-1;POSTAGE;POST;C536371;y\r\n"
    )
    assert typed(write(tmp_path / "day.csv", text)) == EXPECTED
    assert typed(write(tmp_path / "blank.csv", "\n\n" + PLAIN)) == EXPECTED


@pytest.mark.parametrize(
    "name",
    [
        "it's.csv",
        'say "hi".csv',
        "[2010].csv",
        "a*b?.csv",
        " blank .csv",
        "añö{1,2}.csv",
        "'; drop table x; --.csv",
        "year=2010.csv",
        "back\\slash.csv",
        "line\nbreak.csv",
    ],
)
def test_file_names(tmp_path, name):
    write(tmp_path / "aXb1.csv", PLAIN.replace("France", "decoy"))
    assert read(write(tmp_path / name, PLAIN), columns="file_name, country") == [
        (name, "France"),
        (name, "France"),
    ]


def test_folder_takes_invoice_files_of_all_kinds_once(tmp_path):
    folder = tmp_path / "days"
    (folder / "country=UK").mkdir(parents=True)
    (folder / ".git").mkdir()
    write(folder / "1.csv", PLAIN)
    write(folder / "country=UK" / "2.txt.gz", gzip.compress(PLAIN.replace(",", ";").encode()))
    write_parquet(folder / "3.PARQUET", "timestamp '2010-12-01 08:45'")
    write_workbook(folder / "4.xlsx", {"Sheet1": [HEADER.split(","), EXCEL_LINE]})
    (folder / "5.csv").symlink_to(write(tmp_path / "elsewhere.bin", PLAIN))
    (folder / "again.csv").symlink_to(folder / "1.csv")
    for ignored in (".x.csv", "~$4.xlsx", ".git/x.csv", "notes.pdf", "x.csv.part"):
        write(folder / ignored, b"\0")
    write(folder / "empty.csv", "")
    write(folder / "header.csv", HEADER)
    names = read(folder, columns="file_name")
    expected = ["1.csv"] * 2 + ["2.txt.gz"] * 2 + ["3.PARQUET", "4.xlsx#Sheet1"] + ["5.csv"] * 2
    assert sorted(name for (name,) in names) == expected
    assert len(read(tmp_path / "days" / "*.csv")) == 4


# -- Excel and Parquet ------------------------------------------------------------------------

EXCEL_LINE = [536370, 22728, "ALARM CLOCK", 24, FIRST, 3.75, 12583, "France"]


def write_workbook(path, sheets):
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def write_parquet(path, date, invoice="536370::double", customer="12583::double", price="3.75"):
    duckdb.execute(
        f'copy (select {invoice} as "Invoice", 22728 as "StockCode", \'ALARM CLOCK\' as '
        f'"Description", 24::bigint as "Quantity", {date} as "InvoiceDate", {price} as '
        f'"Price", {customer} as "Customer ID", \'France\' as "Country") '
        f"to '{path}' (format parquet)"
    ).fetchall()
    return path


def test_workbook_with_several_sheets(tmp_path):
    header = HEADER.split(",")
    text_line = ["536371", "85123A", "x\ny", "1,200", "13/12/2010 9:00", "£1,234.56", "", "EIRE"]
    path = write_workbook(
        tmp_path / "book.xlsx",
        {
            "Notes": [["about", "this"]],
            "Year 2009-2010": [header, EXCEL_LINE, [None] * 8],
            "Empty": [],
            "it's": [[], [*header, "note"], [*text_line, "extra"]],
        },
    )
    assert typed(path) == [
        ("536370", "22728", "ALARM CLOCK", 24, FIRST, Decimal("3.75"), "12583", "France"),
        ("536371", "85123A", "x\ny", 1200, SECOND, Decimal("1234.56"), None, "EIRE"),
    ]
    names = "quantity_text, invoice_date_text, unit_price_text, overflow_text, file_name"
    assert read(path, columns=names) == [
        ("24", "2010-12-01 08:45:00", "3.75", None, "book.xlsx#Year 2009-2010"),
        ("1,200", "13/12/2010 9:00", "£1,234.56", None, "book.xlsx#it's"),
    ]


def test_workbook_is_copied_once_for_each_state(tmp_path):
    path = write_workbook(tmp_path / "b.xlsx", {"S": [HEADER.split(","), EXCEL_LINE]})
    read(path)
    (copy,) = Path("target/invoice_lines").glob("*/copies/*")
    changed = copy.stat().st_mtime_ns
    read(path)
    assert copy.stat().st_mtime_ns == changed
    write_workbook(path, {"S": [HEADER.split(","), EXCEL_LINE, EXCEL_LINE]})
    assert len(read(path)) == 2
    assert not list(Path("target/invoice_lines").glob(".*"))


@pytest.mark.parametrize("place", [0, 1_500, 2_999])
def test_a_file_changed_within_the_same_second_and_size_is_copied_again(tmp_path, place):
    path = tmp_path / "days.csv"
    lines = [LINES[0]] * 3_000

    def quantities():
        write(path, "\n".join([HEADER, *lines]).encode("utf-16"))
        os.utime(path, ns=(1_291_190_400_000_000_000, 1_291_190_400_000_000_000))
        found = sorted(read(path, "month_first", "distinct quantity"))
        return found, path.stat().st_size

    before, size = quantities()
    lines[place] = lines[place].replace(",24,", ",42,")
    assert quantities() == ([*before, (42,)], size)


def test_copies_forget_what_their_files_forget(tmp_path):
    folder = tmp_path / "days"
    folder.mkdir()
    copies = Path("target/invoice_lines")
    changed = write(folder / "changed.csv", PLAIN.encode("utf-16"))
    gone = write(folder / "gone.csv", PLAIN.replace("POSTAGE", '"POSTAGE'))
    kept = write_workbook(folder / "kept.xlsx", {"S": [HEADER.split(","), EXCEL_LINE]})
    elsewhere = write(tmp_path / "elsewhere.csv", PLAIN.encode("utf-16"))
    assert len(read(elsewhere)) == 2
    assert len(read(folder)) == 5
    assert len(list(copies.glob("*/copies/*"))) == 4
    killed = copies / ".unfinished-x"
    killed.mkdir()
    write(killed / "state", next(copies.glob("*/state")).read_bytes() + b" and gone")
    (copies / "of an older version").mkdir()
    write(copies / "of an older version" / "gone.csv", PLAIN)

    write(changed, (PLAIN + LINES[1]).replace("12583", "12584").encode("utf-16"))
    gone.unlink()
    assert len(read(folder)) == 4
    names = sorted(file.name for file in copies.glob("*/copies/*"))
    assert names == ["changed.csv", "elsewhere.csv", "kept.xlsx#S"]
    assert len(list(copies.iterdir())) == 3
    (text,) = (file.read_text() for file in copies.glob("*/copies/changed.csv"))
    assert "12584" in text
    assert "12583" not in text

    for file in (changed, kept, elsewhere):
        file.unlink()
    write(folder / "new.csv", PLAIN)
    assert len(read(folder)) == 2
    assert not list(copies.iterdir())


@pytest.mark.parametrize(
    "date",
    [
        "timestamp '2010-12-01 08:45'",
        "timestamp_ns '2010-12-01 08:45'",
        "timestamptz '2010-12-01 08:45:00+00'",
        "40513.364583333336",
        "'1-Dec-2010 08:45'",
        "'12/01/2010 08:45'",
        "'2010-12-01T08:45:00Z'",
        "'40513.364583333336'",
    ],
)
@pytest.mark.parametrize("id_type", ["double", "integer", "decimal(18, 2)", "varchar", "blob"])
def test_parquet_types(tmp_path, date, id_type):
    path = write_parquet(
        tmp_path / "a.parquet", date, f"'536370'::varchar::{id_type}", f"'12583'::{id_type}"
    )
    assert typed(path, "month_first") == [(*EXPECTED[0][:6], "12583", "France")]
    is_text = id_type in ("varchar", "blob")
    nulls = "customer_number is null, customer_id is null"
    assert read(path, "month_first", nulls) == [(is_text, not is_text)]


def test_parquet_day_without_time_and_text_everywhere(tmp_path):
    path = write_parquet(tmp_path / "a.parquet", "date '2010-12-01'", price="'3,75'")
    assert typed(path)[0][4:6] == (datetime.datetime(2010, 12, 1), Decimal("3.75"))


@pytest.mark.parametrize(
    ("customer", "number", "text"),
    [
        ("200::utinyint", 200, None),
        ("12583::uinteger", 12583, None),
        ("12583.00::decimal(18, 2)", 12583, None),
        ("-1::smallint", -1, None),
        ("12583.5::double", None, "12583.5"),
        ("'nan'::double", None, "nan"),
        ("9223372036854775808::hugeint", None, "9223372036854775808"),
        ("'12583'", None, "12583"),
        ("date '2010-12-01'", None, "2010-12-01"),
        ("null::bigint", None, None),
    ],
)
def test_customer_numbers(tmp_path, customer, number, text):
    path = write_parquet(tmp_path / "a.parquet", "date '2010-12-01'", customer=customer)
    assert read(path, columns="customer_number, customer_id") == [(number, text)]


@pytest.mark.parametrize("number", ["20101201", "20101201::double", "40513"])
def test_parquet_days_as_numbers(tmp_path, number):
    path = write_parquet(tmp_path / "a.parquet", number)
    assert typed(path)[0][4] == datetime.datetime(2010, 12, 1)


def test_large_ids_have_no_exponent(tmp_path):
    path = write_parquet(tmp_path / "a.parquet", "date '2010-12-01'", "1e15::double", "1.5::double")
    assert typed(path)[0][0::6] == ("1000000000000000", "1.5")


def numbered_parquet(path, invoices, more=""):
    values = ", ".join(f"('{invoice}')" for invoice in invoices)
    duckdb.execute(
        f"copy (select InvoiceNo, '85123A' as StockCode, 'LAMP' as Description, 6 as Quantity, "
        f"timestamp '2010-12-01 08:45' as InvoiceDate, 2.55 as UnitPrice, 12583 as CustomerID, "
        f"'France' as Country{more} from (values {values}) as lines(InvoiceNo)) "
        f"to '{path}' (format parquet, row_group_size 2048)"
    )


@pytest.mark.parametrize("more", ["", ", 7 as file_index", ", 7 as File_Row_Number"])
def test_lines_of_parquet_files_are_numbered_in_their_order(tmp_path, more):
    numbered_parquet(tmp_path / "a.parquet", range(5000), more)
    numbered_parquet(tmp_path / "b.parquet", range(5000, 5003), more)
    numbered_parquet(tmp_path / "c.parquet", range(5003, 5010))  # other columns: another layout

    found = read(tmp_path, columns="line_number, cast(invoice_no as integer)")

    assert sorted(found) == [(number + 1, number) for number in range(5010)]


def test_lines_of_files_of_several_kinds_are_numbered(tmp_path):
    numbered_parquet(tmp_path / "b.parquet", [2, 3])
    write(tmp_path / "a.csv", PLAIN)

    found = read(tmp_path, columns="line_number, file_name")

    assert [number for number, _ in sorted(found)] == list(range(1, len(found) + 1))
    assert [name for _, name in sorted(found)] == ["a.csv"] * len(LINES) + ["b.parquet"] * 2


# -- values -----------------------------------------------------------------------------------


def table(tmp_path, *lines, name="day.csv"):
    header = "\t".join(HEADER.split(","))
    return write(tmp_path / name, "\n".join([header, *map("\t".join, lines)]))


def line(quantity="1", date="2010-12-01", price="1"):
    return ("536370", "22728", "CLOCK", quantity, date, price, "12583", "France")


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("12/1/10 8:45", "month_first", FIRST),
        ("1/12/10 8:45", "day_first", FIRST),
        ("01/12/2010 08:45:00", "day_first", FIRST),
        ("01-12-2010 08:45", "day_first", FIRST),
        ("1.12.10 8:45", "day_first", FIRST),
        ("12-01-10 08:45 AM", "month_first", FIRST),
        ("12/1/2010 8:45:00am", "month_first", FIRST),
        ("12/1/2010 8:45 PM", "month_first", FIRST.replace(hour=20)),
        ("12/1/2010 8:45:00.000", "month_first", FIRST),
        (" 12/1/10 8:45 ", "month_first", FIRST),
        ("12/1/2010", "month_first", FIRST.replace(hour=0, minute=0)),
        ("2010-12-01 08:45", "infer", FIRST),
        ("2010-12-01T08:45:00Z", "infer", FIRST),
        ("2010-12-01T08:45:00+01:00", "infer", FIRST),
        ("2010-12-01 08:45:00.000", "infer", FIRST),
        ("2010/12/1 8:45", "infer", FIRST),
        ("2010-12-01", "infer", FIRST.replace(hour=0, minute=0)),
        ("40513.364583333", "infer", FIRST),
        ("40513", "infer", FIRST.replace(hour=0, minute=0)),
        ("20101201", "infer", FIRST.replace(hour=0, minute=0)),
        ("20101201 08:45", "infer", FIRST),
        ("20101201T084500", "infer", FIRST),
        ("1-Dec-2010 08:45", "infer", FIRST),
        ("01-DEC-10 8:45", "infer", FIRST),
        ("1 December 2010 8:45:00", "infer", FIRST),
        ("1. Dec. 2010 8:45", "infer", FIRST),
        ("Dec 1, 2010 8:45 PM", "infer", FIRST.replace(hour=20)),
        ("December 1 2010", "infer", FIRST.replace(hour=0, minute=0)),
        ("1-Sept-2010", "infer", datetime.datetime(2010, 9, 1)),
        ("30-Feb-2010", "infer", None),
        ("1-Mug-2010", "infer", None),
        ("20101301", "infer", None),
        ("2010", "infer", None),
        ("30/2/2010", "day_first", None),
        ("13/13/2010", "day_first", None),
        ("12/1/110", "month_first", None),
        ("next week", "month_first", None),
        ("", "infer", None),
    ],
)
def test_dates(tmp_path, text, order, expected):
    path = table(tmp_path, line(date=text))
    assert read(path, order, "invoice_date, invoice_date_text") == [(expected, text or None)]
    # The same when the first lines are written another way.
    others = table(tmp_path, line(date="1/1/2010"), line(date="2010-01-01"), line(date=text))
    order = "day_first" if order == "infer" else order
    assert read(others, order, "invoice_date")[2] == (expected,)


@pytest.mark.parametrize(
    ("price", "after_dots", "after_commas"),
    [
        ("2.55", "2.55", "2.55"),
        ("2,55", "2.55", "2.55"),
        ("1.234,56", "1234.56", "1234.56"),
        ("1,234.56", "1234.56", "1234.56"),
        ("1,234", "1234", "1.234"),
        ("1.234", "1.234", "1234"),
        ("1 234,5", "1234.5", "1234.5"),
        ("1\u00a0234.5", "1234.5", "1234.5"),
        ("1.234.567", "1234567", "1234567"),
        ("£2.55", "2.55", "2.55"),
        ("-£2.55", "-2.55", "-2.55"),
        ("£ -1,234.56", "-1234.56", "-1234.56"),
        ("2,55 £", "2.55", "2.55"),
        ("$2.55", "2.55", "2.55"),
        ("2,55 €", "2.55", "2.55"),
        ("GBP 3", "3", "3"),
        (" 2.55 ", "2.55", "2.55"),
        (".5", "0.5", "0.5"),
        ("1,2,3", None, None),
        ("12 34", None, None),
        ("2.55x", None, None),
        ("nan", None, None),
        ("inf", None, None),
        ("-", None, None),
        ("99999999999999999999", None, None),
    ],
)
def test_numbers(tmp_path, price, after_dots, after_commas):
    for first, expected in (("0.85", after_dots), ("0,85", after_commas)):
        path = table(tmp_path, line(price=first), line(price=price))
        ((number, text),) = read(path, columns="unit_price, unit_price_text")[1:]
        assert number == (None if expected is None else Decimal(expected))
        assert text == price


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("12.0", 12),
        ("-1,200", -1200),
        ("1e2", 100),
        ("2.5", None),
        ("25e-1", None),
        ("9999999999", None),
        ("many", None),
        ("", None),
    ],
)
def test_quantities(tmp_path, text, expected):
    path = table(tmp_path, line(quantity=text))
    assert read(path, columns="quantity, quantity_text") == [(expected, text or None)]


def test_order_of_dates_is_inferred_from_all_files_together(tmp_path):
    table(tmp_path, line(date="1/2/10"), name="1.csv")
    table(tmp_path, line(date="20/2/10"), name="2.csv")
    dates = read(tmp_path / "*.csv", columns="invoice_date")
    assert dates == [(datetime.datetime(2010, 2, 1),), (datetime.datetime(2010, 2, 20),)]


def test_a_few_dates_against_the_rest_are_unreadable(tmp_path):
    path = table(tmp_path, *[line(date="1/13/10")] * 10, line(date="13/1/10"))
    dates = read(path, columns="invoice_date")
    assert dates == [(datetime.datetime(2010, 1, 13),)] * 10 + [(None,)]


def test_files_that_disagree_are_named_however_few_their_dates(tmp_path):
    table(tmp_path, *[line(date="1/13/10")] * 1500, name="history.csv")
    table(tmp_path, line(date="14/2/10"), line(date="1/2/10"), name="day.csv")
    told = message(tmp_path / "*.csv")
    for word in ("contradict", "1/13/10 in history.csv", "14/2/10 in day.csv", "date_order"):
        assert word in told


def test_dates_that_contradict_or_do_not_tell(tmp_path):
    path = table(tmp_path, *[line(date="1/13/10")] * 9, line(date="13/1/10"))
    told = message(path)
    for word in ("contradict", "1/13/10", "13/1/10", "date_order", "month_first", "day_first"):
        assert word in told
    assert read(path, "day_first", "count(invoice_date)") == [(1,)]
    told = message(table(tmp_path, line(date="1/2/10 8:45")))
    for word in ("1/2/10 8:45", "two ways", "date_order", "infer", "month_first", "day_first"):
        assert word in told
    assert "date_order" in message(path, "american")


# -- damage -----------------------------------------------------------------------------------


def test_short_and_long_lines_are_lines(tmp_path):
    many = ",".join(map(str, range(40)))
    text = "\n".join([HEADER, LINES[0], "536370,22728", f"{LINES[0]},a,,b", many, LINES[0] + ",,"])
    lines = read(write(tmp_path / "day.csv", text), "month_first", "country, overflow_text")
    assert lines[:3] == [("France", None), (None, None), ("France", "a,b")]
    assert lines[3] == ("7", "8,9,10,11,12,13,14,15")
    assert lines[4] == ("France", None)


@pytest.mark.parametrize(
    "description",
    ['"ALARM', 'AL"ARM', '"ALARM" CLOCK', '"ALARM"CLOCK', '"', '"""', '"ALARM\\", CLOCK'],
)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_stray_quote_costs_one_line_at_most(tmp_path, description, place):
    lines = [LINES[1].replace("POSTAGE", f'"line {number}"') for number in range(100)]
    damaged = LINES[1].replace("POSTAGE", description)
    lines.insert({"first": 0, "middle": 50, "last": 100}[place], damaged)
    found = read(
        write(tmp_path / "day.csv", "\n".join([HEADER, *lines]) + "\n"), columns="description"
    )
    assert len(found) == 101
    assert {f"line {number}" for number in range(100)} <= {text for (text,) in found}


def test_damage_leaves_quoted_line_breaks_whole(tmp_path):
    text = PLAIN.replace("ALARM", '"ALARM\n\n').replace("CLOCK,", 'CLOCK",') + '"x,1\n' + LINES[1]
    lines = read(write(tmp_path / "day.csv", text), columns="description, quantity")
    assert lines == [("ALARM\n\n CLOCK", 24), ("POSTAGE", -1), (None, None), ("POSTAGE", -1)]


def test_zero_bytes_very_long_lines_and_mixed_line_ends(tmp_path):
    long = LINES[1].replace("POSTAGE", "x" * 5_000_000)
    zero = LINES[1].replace("-1", "-1\0")
    text = "\r\n".join([HEADER, *LINES]) + "\n" + zero + "\r" + long + "\r\n\n" + LINES[1]
    lines = read(write(tmp_path / "day.csv", text), columns="quantity, left(description, 1)")
    assert lines == [(24, "A"), (-1, "P"), (None, "P"), (-1, "x"), (-1, "P")]


def test_a_return_alone_costs_no_character(tmp_path):
    text = "\r\n".join([HEADER, *LINES]) + "\r" + LINES[0] + "\r\n" + LINES[1] + "\r"
    assert typed(write(tmp_path / "day.csv", text)) == EXPECTED * 2


def test_nothing_in_a_value_is_executed(tmp_path):
    nasty = "'; drop table x; --"
    text = "\n".join([HEADER, ",".join([nasty] * 8)])
    (found,) = read(write(tmp_path / "day.csv", text))
    assert found[1:4] == (nasty,) * 3
    assert found[4:10] == (None, nasty) * 3


# -- files that cannot be used ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", ("no bytes", "header")),
        ("header.csv", HEADER.encode(), ("nothing below", "at least one line")),
        ("other.csv", b"a,b\n1,2\n", ("Not an invoice file", "a, b", HEADER, "or name another")),
        ("notes.txt", b"The lines are attached.\n", ("Found: The lines are attached. Expected",)),
        ("less.csv", PLAIN.replace("UnitPrice", "Cost").encode(), ("UnitPrice", "Cost", HEADER)),
        ("twice.csv", PLAIN.replace("Country", "quantity").encode(), ("Country",)),
        ("both.csv", PLAIN.replace("Country", "Country,Price").encode(), ("twice", "UnitPrice")),
        ("image.csv", bytes(range(256)) * 9, ("binary",)),
        ("cut.csv.gz", gzip.compress(os.urandom(9999))[:-99], ("gzip", "Copy it again")),
        ("cut2.csv.gz", gzip.compress(PLAIN.encode())[:-12], ("gzip", "Copy it again")),
        ("start.csv.gz", b"\x1f\x8b", ("gzip",)),
        ("cut.parquet", b"PAR1 and no more", ("Parquet", "Copy it again")),
        ("short.parquet", b"PAR1", ("Parquet",)),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), (".xls", "password")),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), ("password",)),
        ("a.json", b'{"InvoiceNo": 1}', ("Missing column", "Quantity")),
        ("a.json", b'[{"InvoiceNo": 1}]', ("Missing column",)),
        ("cut.json", b'[{"InvoiceNo": 1', ("JSON", "CSV")),
        ("a.pdf", b"%PDF-1.7", ("PDF",)),
        ("a.html", b"<html>", ("web page",)),
        ("cut.xlsx", b"PK\x03\x04 and no more", ("Excel", "Save it again")),
        ("short.xlsx", b"PK", ("Excel",)),
    ],
)
def test_message_for_a_file(tmp_path, name, content, words):
    path = write(tmp_path / name, content)
    told = message(path)
    assert str(path) in told
    for word in words:
        assert word in told


def test_messages_for_workbooks(tmp_path):
    book = write_workbook(tmp_path / "b.xlsx", {"One": [["x"]], "Two": [["Quantity", "Price"]]})
    told = message(book)
    for word in ("Two", "Quantity, Price", "InvoiceNo", str(book), "take the sheet out"):
        assert word in told
    content = book.read_bytes()
    assert "Excel" in message(write(tmp_path / "half.xlsx", content[: len(content) // 2]))
    assert not list(Path("target/invoice_lines").glob("*"))


def test_messages_for_locations(tmp_path):
    for missing in ("no/such.csv", "*.nothing", "", " ", "a\0b", "~nobody-here/x", "x" * 5000):
        assert "INVOICE_LINES" in message(missing) or "name too long" in message(missing)
    assert "No invoice file in folder" in message(tmp_path / "checkout")
    os.mkfifo(tmp_path / "pipe")
    assert "pipe" in message(tmp_path / "pipe")
    assert "device" in message("/dev/null")
    folder = tmp_path / "empties"
    folder.mkdir()
    write(folder / "1.csv", "")
    write(folder / "2.csv", HEADER)
    assert "2 file(s)" in message(folder)
    write(folder / "3.xls", b"\xd0\xcf\x11\xe0")
    assert "3.xls" in message(folder)
    (folder / "3.xls").unlink()
    write(folder / "notes.txt", "Lines of May")
    for location in (folder, folder / "*"):
        told = message(location)
        assert f"{folder / 'notes.txt'} hold none of the expected columns" in told
        assert f'such as "{folder}/*.csv".' in told
        assert "Add the header" not in told


def test_message_for_a_file_without_permission(tmp_path, monkeypatch):
    path = write(tmp_path / "day.csv", PLAIN)

    def refuse(self, *arguments, **options):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    told = message(path)
    assert "Permission denied" in told
    assert str(path) in told


def test_message_for_a_name_that_is_not_unicode(tmp_path):
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff.csv", os.O_CREAT))
    with open(os.fsencode(tmp_path) + b"/\xff.csv", "w") as file:
        file.write(PLAIN)
    assert "Rename" in message(tmp_path / "*.csv")


# -- the real files, when they are there ------------------------------------------------------


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here")
@pytest.mark.parametrize(
    ("name", "count", "value"),
    [
        ("int_online_tx.csv", 35_116, "975137.22"),
        ("online_retail_2010_2011.parquet", 541_909, "9747747.93"),
    ],
)
def test_real_files(name, count, value):
    found = read(
        REAL / name,
        columns="count(*), count(quantity), count(unit_price), count(invoice_date),"
        " round(sum(quantity * unit_price), 2), min(invoice_date)::date, max(invoice_date)::date",
    )
    days = (datetime.date(2010, 12, 1), datetime.date(2011, 12, 9))
    assert found == [(count, count, count, count, Decimal(value), *days)]
