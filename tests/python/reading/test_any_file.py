"""Files of any shop give the lines they hold, whatever their header, packing and language.

Twins: the same sales, written in two ways, give the same lines. The ways are made up after the
documented columns of each shop system; the sales are drawn with a seed.
"""

import bz2
import csv
import datetime
import gzip
import io
import json
import os
import random
import zipfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from test_invoice_files import EXCEL_LINE, HEADER, PLAIN, message, typed, write, write_workbook

from customer_segments.reading.column_names import COLUMNS, ColumnNames
from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.invoice_files import find_invoice_lines
from customer_segments.reading.reading_rules import Reading

ROWS = [line.split(",") for line in PLAIN.splitlines()[1:]]
LINE_COLUMNS = (
    "invoice_no, stock_code, description, quantity, invoice_date, unit_price,"
    " coalesce(nullif(customer_id, ''), cast(customer_number as varchar)), country"
)


@pytest.fixture(autouse=True)
def _checkout(tmp_path, monkeypatch):
    """Run in an empty folder: clean copies go to target/ below it."""
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")


def read(location, columns=LINE_COLUMNS, chosen=None, default_country="", encoding="infer"):
    """Return the lines, and what is said of the files."""
    reading = Reading(ColumnNames(chosen or {}, default_country), encoding)
    select = find_invoice_lines(str(location), "month_first", reading)
    return duckdb.execute(f"select {columns} from ({select})").fetchall(), reading.sentences()


def refused(location, **settings):
    with pytest.raises(InvoiceFileError) as raised:
        read(location, **settings)
    return str(raised.value)


def with_header(header, rows=ROWS, delimiter=","):
    return "\n".join([delimiter.join(header), *map(delimiter.join, rows)]) + "\n"


# -- sheets -----------------------------------------------------------------------------------

NAMES = HEADER.split(",")
SECOND_LINE = [536371, "85123A", "LANTERN", 6, datetime.datetime(2010, 12, 13, 9), 2.55, 12584, "x"]


def book(tmp_path, **sheets):
    return write_workbook(tmp_path / "book.xlsx", sheets)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ([NAMES[:7], SECOND_LINE[:7]], ["sheet Feb", "Missing column", "Country", "book.xlsx"]),
        ([[*NAMES[:5], "Each", *NAMES[6:]], SECOND_LINE], ["sheet Feb", "UnitPrice", "Each"]),
        ([["a"] * 8, ["b"] * 8], ["Feb", "as wide as", "sheet Jan", "take the sheet out"]),
    ],
)
def test_a_sheet_that_looks_like_lines_and_is_not_stops_by_name(tmp_path, second, words):
    told = refused(book(tmp_path, Jan=[NAMES, EXCEL_LINE], Feb=second))
    for word in words:
        assert word in told


def test_a_sheet_without_a_header_goes_on_with_the_one_before(tmp_path):
    path = book(tmp_path, Jan=[NAMES, EXCEL_LINE], Feb=[SECOND_LINE, SECOND_LINE])
    lines, notes = read(path)
    assert sorted(line[0] for line in lines) == ["536370", "536371", "536371"]
    assert notes == ["book.xlsx#Feb: no header, columns as in sheet Jan"]
    assert read(path) == (lines, notes)  # said again from the copy


def test_titles_above_the_header_of_a_sheet_are_skipped(tmp_path):
    path = book(tmp_path, Jan=[NAMES, EXCEL_LINE], Feb=[["Sales February"], [], NAMES, SECOND_LINE])
    lines, notes = read(path)
    assert len(lines) == 2
    assert notes == ["book.xlsx#Feb: the header is below 1 line, skipped"]


def test_sheets_that_are_passed_over_are_named(tmp_path):
    path = book(tmp_path, About=[["by", "Bob"]], Jan=[NAMES, EXCEL_LINE], Empty=[])
    lines, notes = read(path)
    assert len(lines) == 1
    assert notes == ["book.xlsx: sheet About has none of the expected columns, passed over"]


# -- folders ----------------------------------------------------------------------------------


def test_what_a_folder_passes_over_is_named(tmp_path):
    folder = tmp_path / "days"
    (folder / ".git").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (folder / "linked").symlink_to(tmp_path / "other")
    write(folder / "1.csv", PLAIN)
    for name in ("notes.pdf", "x.csv.part", "day", "~$4.xlsx", ".x.csv"):
        write(folder / name, "x")
    write(folder / "empty.csv", "")
    lines, notes = read(folder)
    assert len(lines) == 2
    told = "\n".join(notes)
    for name in ("notes.pdf", "x.csv.part", "day", "~$4.xlsx", ".x.csv", "empty.csv", ".git"):
        assert name in told
    assert "linked: a link to a folder" in told


@pytest.mark.parametrize("pattern", ["", "*.csv"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_lines_that_cannot_be_reached_stop_by_name(tmp_path, pattern, kind):
    folder = tmp_path / "days"
    folder.mkdir()
    write(folder / "ok.csv", PLAIN)
    if kind == "link":
        (folder / "day2.csv").symlink_to(tmp_path / "nowhere.csv")
    else:
        os.mkfifo(folder / "day2.csv")
    told = refused(folder / pattern)
    assert "day2.csv" in told
    assert ("link to nowhere" if kind == "link" else "pipe") in told


@pytest.mark.parametrize("address", ["https://shop.test/a.csv", "s3://bucket/a.parquet"])
def test_addresses_say_how(address):
    told = refused(address)
    assert address in told
    assert "Fetch it first" in told


# -- headers ----------------------------------------------------------------------------------

HEADERS = {
    "generic": "Order ID,SKU,Product Name,Qty,Order Date,Price,Customer,Ship Country",
    "plural": "Invoice Nos,Stock Codes,Descriptions,Quantities,Invoice Dates,Unit Prices,"
    "Customer IDs,Countries",
    "spaces": " invoice_no ,STOCK-CODE,description,QUANTITY,invoice  date,unit.price,customerId,"
    "COUNTRY",
    "de": "Rechnungsnr,Artikelnr,Bezeichnung,Menge,Datum,Einzelpreis,Kundennr,Land",
    "de 2": "Bestellnummer,Artikelnummer,Artikelname,Stückzahl,Bestelldatum,Stückpreis,"
    "Kundennummer,Lieferland",
    "fr": "N° facture,Référence,Désignation,Quantité,Date facture,Prix unitaire,N° client,Pays",
    "es": "Nº factura,Código artículo,Descripción,Cantidad,Fecha,Precio unitario,Nº cliente,País",
    "it": "Numero fattura,Codice articolo,Descrizione,Quantità,Data,Prezzo unitario,Codice cliente,"
    "Paese",
    "nl": "Factuurnummer,Artikelnummer,Omschrijving,Aantal,Factuurdatum,Stukprijs,Klantnummer,Land",
    "pt": "Nº fatura,Código do artigo,Descrição,Quantidade,Data,Preço unitário,Nº cliente,País",
    "pl": "Nr faktury,Kod towaru,Nazwa towaru,Ilość,Data sprzedaży,Cena jednostkowa,Nr klienta,"
    "Kraj",
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("order", ["as it is", "reversed"])
def test_headers_in_any_language_and_order(tmp_path, name, order):
    header, rows = HEADERS[name].split(","), ROWS
    if order == "reversed":
        header, rows = header[::-1], [row[::-1] for row in rows]
    plain = typed(write(tmp_path / "plain.csv", PLAIN))
    lines, notes = read(write(tmp_path / "day.csv", with_header(header, rows)))
    assert lines == plain
    if name in ("plural", "spaces"):
        assert notes == []
    else:  # what is not called as expected is said
        assert f"InvoiceNo is {HEADERS[name].split(',')[0]}" in notes[0]


@pytest.mark.parametrize("count", [1, 3, 20])
def test_titles_above_the_header_are_skipped(tmp_path, count):
    titles = "\n".join(f"Report, page {number}" for number in range(count))
    lines, notes = read(write(tmp_path / "day.csv", f"{titles}\n{PLAIN}"))
    assert lines == typed(write(tmp_path / "plain.csv", PLAIN))
    assert f"the header is below {count} line" in notes[0]
    assert "Missing column" in refused(write(tmp_path / "far.csv", "x\n" * 30 + PLAIN)) or (
        "Not an invoice file" in refused(tmp_path / "far.csv")
    )


def test_all_columns_are_listed_and_the_nearest_is_named(tmp_path):
    header = [*"abcdefghijkl", "InvoiceNo", "StockCode"]
    assert ", ".join(header) in refused(write(tmp_path / "many.csv", ",".join(header) + "\n1\n"))
    told = refused(write(tmp_path / "typo.csv", PLAIN.replace("UnitPrice", "UnitPrise")))
    assert "Did you mean UnitPrise?" in told
    assert """--vars 'columns: {unit_price: "UnitPrise"}'""" in told


def test_a_choice_between_names_is_printed_and_can_be_made(tmp_path):
    path = write(
        tmp_path / "day.csv",
        with_header(
            ["Order ID", "Order Number", *NAMES[1:]], [[f"x{row[0]}", *row] for row in ROWS]
        ),
    )
    told = refused(path)
    assert "InvoiceNo (Order ID or Order Number)" in told
    assert 'invoice_no: "Order ID"' in told
    lines, _ = read(path, chosen={"invoice_no": "Order Number"})
    assert lines == typed(write(tmp_path / "plain.csv", PLAIN))


def test_columns_that_no_name_tells_are_chosen(tmp_path):
    path = write(tmp_path / "day.csv", with_header(list("ABCDEFGH")))
    assert "Not an invoice file" in refused(path)
    lines, _ = read(path, chosen=dict(zip(COLUMNS, "ABCDEFGH", strict=False)))
    assert lines == typed(write(tmp_path / "plain.csv", PLAIN))


def without(*places):
    keep = [number for number in range(8) if number not in places]
    return with_header(
        [NAMES[number] for number in keep], [[row[number] for number in keep] for row in ROWS]
    )


def test_a_file_without_countries_says_how_and_goes_on(tmp_path):
    path = write(tmp_path / "day.csv", without(7))
    assert "default_country" in refused(path)
    lines, notes = read(path, default_country="EIRE")
    assert {line[7] for line in lines} == {"EIRE"}
    assert notes == ["day.csv: no countries: all lines are of EIRE"]


@pytest.mark.parametrize(
    ("places", "items", "words"),
    [
        ((1,), ["ALARM CLOCK", "POSTAGE"], "told apart by their descriptions"),
        ((2,), ["22728", "POST"], "named by their stock codes"),
        ((1, 2), ["GOODS", "GOODS"], "segmented by behaviour"),
    ],
)
def test_a_file_without_items_says_so_and_goes_on(tmp_path, places, items, words):
    lines, notes = read(write(tmp_path / "day.csv", without(*places)))
    assert [line[1] for line in lines] == items
    assert words in notes[0]


def test_rows_that_are_no_lines_have_no_item_and_no_country(tmp_path):
    text = without(1, 2, 7) + ",,,,\nTotal,,,7.80,\n,1,,2.50,\n"
    lines, _ = read(
        write(tmp_path / "day.csv", text), "stock_code, country", default_country="EIRE"
    )
    assert lines == [("GOODS", "EIRE")] * 2 + [(None, None)] * 2 + [("GOODS", "EIRE")]


@pytest.mark.parametrize(
    "name", ["Currency", "currency_code", "Order Currency", "Währung", "waluta"]
)
def test_a_currency_has_names_too(tmp_path, name):
    text = with_header([*NAMES, name], [[*ROWS[0], "EUR"], [*ROWS[1], ""]])
    lines, _ = read(write(tmp_path / "day.csv", text), "currency")
    assert lines == [("eur",), (None,)]
    chosen = {"currency": ""}
    lines, _ = read(write(tmp_path / "day.csv", text), "currency", chosen=chosen)
    assert lines == [(None,)] * 2


def test_two_currencies_are_a_choice(tmp_path):
    names = [*NAMES, "Order Currency", "Invoice Currency"]
    path = write(tmp_path / "day.csv", with_header(names, [[*ROWS[0], "EUR", "GBP"]]))
    assert "Currency (Order Currency or Invoice Currency)" in refused(path)
    lines, _ = read(path, "currency", chosen={"currency": "Invoice Currency"})
    assert lines == [("gbp",)]


@pytest.mark.parametrize("mark", ['"', "'"])
def test_a_repeated_header_of_any_language(tmp_path, mark):
    names = "Belegnr,Artikelnr,Bezeichnung,Menge,Datum,Stückpreis,Kundennr,Land,Bestellstatus"
    header = [f"{mark}{name}{mark}" for name in names.split(",")]
    rows = [[f"{mark}{field}{mark}" for field in (*row, "bezahlt")] for row in ROWS]
    text = with_header(header, [*rows, header, *rows])
    lines, notes = read(write(tmp_path / "day.csv", text), "is_header, void_status")
    assert lines == [(False, None)] * 2 + [(True, None)] + [(False, None)] * 2
    assert not any("bestellstatus" in note for note in notes)


def test_lines_below_an_order_have_no_status_of_other_orders(tmp_path):
    rest = ROWS[0][1:]
    rows = [[*ROWS[0], "cancelled"], ["", *rest, ""], ["", *rest, "cancelled"]]
    path = write(tmp_path / "day.csv", with_header([*NAMES, "Order Status"], rows))
    assert read(path, "void_status")[0] == [("cancelled",), (None,), ("cancelled",)]


def test_a_file_without_customers_says_what_is_lost(tmp_path):
    assert "nobody can be segmented" in refused(write(tmp_path / "day.csv", without(6)))


def test_files_of_which_one_lacks_a_column_are_refused(tmp_path):
    write(tmp_path / "a.csv", PLAIN)
    write(tmp_path / "b.csv", without(2))
    told = refused(tmp_path / "*.csv")
    assert "b.csv: Description" in told


def test_no_name_stands_for_two_columns():
    for header in ([name] for name in ("Artikel", "cliente", "data", "country", "montant")):
        with pytest.raises(InvoiceFileError) as raised:
            ColumnNames().choose("x", header)
        assert "Missing column" in str(raised.value)


# -- shop systems -----------------------------------------------------------------------------

SYSTEMS = {
    "shopify": "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Billing Name,"
    "Billing Country,Shipping Name,Shipping Country,Notes,Vendor",
    "woocommerce": "order_id,order_number,date,status,shipping_total,order_total,billing_email,"
    "billing_country,shipping_country,item_name,item_sku,item_quantity,item_subtotal,item_total",
    "woocommerce advanced order export": "Order Number,Order Status,Order Date,"
    "First Name (Billing),Email (Billing),Country Code (Billing),Country Code (Shipping),"
    "Order Total Amount,SKU,Item #,Item Name,Quantity (- Refund),Item Cost,Discount Amount",
    "square": "Date,Time,Time Zone,Category,Item,Qty,Price Point Name,SKU,Modifiers Applied,"
    "Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Payment ID,Event Type,Location,"
    "Customer ID,Customer Name,Customer Reference ID",
    "etsy": "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Discount Amount,Order Shipping,"
    "Item Total,Currency,Transaction ID,Listing ID,Date Paid,Ship Name,Ship Country,Order ID,"
    "Variations,SKU",
    "lightspeed": "saleLineID,saleID,itemID,customerID,unitQuantity,unitPrice,timeStamp,"
    "description",
    "amazon": "order-id\torder-item-id\tpurchase-date\tpayments-date\tbuyer-email\tbuyer-name\t"
    "sku\tproduct-name\tquantity-purchased\tcurrency\titem-price\titem-tax\tship-country\t"
    "item-promotion-discount",
    "ebay": "Sales Record Number,Order Number,Buyer Username,Buyer Name,Buyer Email,"
    "Buyer Country,Ship To Name,Ship To Country,Item Number,Item Title,Custom Label,Quantity,"
    "Sold For,Shipping And Handling,Total Price,Sale Date,Paid On Date,Transaction ID",
}
# What a system has in which column; all others hold words that are none of the sales.
CELLS = {
    "Name": "invoice",
    "order_number": "invoice",
    "Order Number": "invoice",
    "Transaction ID": "invoice of square",
    "Order ID": "invoice",
    "saleID": "invoice",
    "order-id": "invoice",
    "Lineitem sku": "code",
    "item_sku": "code",
    "SKU": "code unless etsy",
    "Listing ID": "code",
    "itemID": "code",
    "sku": "code",
    "Item Number": "code",
    "Lineitem name": "name",
    "item_name": "name",
    "Item Name": "name",
    "Item": "name",
    "description": "name",
    "product-name": "name",
    "Item Title": "name",
    "Lineitem quantity": "quantity",
    "item_quantity": "quantity",
    "Quantity (- Refund)": "quantity",
    "Qty": "quantity",
    "Quantity": "quantity",
    "unitQuantity": "quantity",
    "quantity-purchased": "quantity",
    "Created at": "date",
    "date": "date",
    "Order Date": "date",
    "Date": "date",
    "Sale Date": "date",
    "timeStamp": "date",
    "purchase-date": "date",
    "Lineitem price": "price",
    "Item Cost": "price",
    "Price": "price",
    "unitPrice": "price",
    "Sold For": "price",
    "item_total": "total",
    "Net Sales": "total",
    "item-price": "total",
    "Email": "customer",
    "billing_email": "customer",
    "Email (Billing)": "customer",
    "Customer ID": "customer",
    "Buyer": "customer",
    "customerID": "customer",
    "buyer-email": "customer",
    "Buyer Username": "customer",
    "Shipping Country": "country",
    "shipping_country": "country",
    "Country Code (Shipping)": "country",
    "Ship Country": "country",
    "ship-country": "country",
    "Ship To Country": "country",
    "Financial Status": "paid",
    "status": "completed",
    "Order Status": "completed",
    "Lineitem discount": "",
    "Discount Amount": "",
    "item-promotion-discount": "",
}


def sales(seed, count=40):
    """Return sales that every system can write: whole totals, ids without decimals."""
    draw = random.Random(seed)
    return [
        {
            "invoice": str(1000 + number // 3),
            "code": str(draw.randint(20000, 20050)),
            "name": draw.choice(["RED MUG", "TEA, GREEN", 'RULER 12"', "ÉTOILE"]),
            "quantity": str(draw.choice([1, 2, 4, 5, -1])),
            "date": f"2024-0{draw.randint(1, 9)}-1{draw.randint(0, 9)} 08:45:00",
            "price": f"{draw.randint(1, 4000) / 100:.2f}",
            "customer": f"c{number // 3 % 7}@shop.test",
            "country": draw.choice(["France", "Germany"]),
        }
        for number in range(count)
    ]


def cell(system, column, sale):
    kind = CELLS.get(column, f"some {column}")
    if kind == "total":
        return str(Decimal(sale["price"]) * int(sale["quantity"]))
    if kind == "invoice of square":
        kind = "invoice" if system == "square" else "some"
    if kind == "code unless etsy":
        kind = "some" if system == "etsy" else "code"
    return sale.get(kind, kind)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("seed", range(5))
def test_exports_of_shop_systems_are_their_twins(tmp_path, system, seed):
    drawn = sales(seed)
    delimiter = "\t" if "\t" in SYSTEMS[system] else ","
    columns = SYSTEMS[system].split(delimiter)
    twin = tmp_path / "twin.csv"
    keys = ("invoice", "code", "name", "quantity", "date", "price", "customer", "country")
    write_rows(twin, NAMES, [[sale[key] for key in keys] for sale in drawn])
    path = tmp_path / "export.csv"
    rows = [[cell(system, column, sale) for column in columns] for sale in drawn]
    write_rows(path, columns, rows, delimiter)
    has_country = system not in ("square", "lightspeed")
    lines, notes = read(path, default_country="" if has_country else "France")
    expected, _ = read(twin)
    if not has_country:
        expected = [(*line[:7], "France") for line in expected]
    assert lines == expected
    assert "InvoiceNo is" in notes[0]


def write_rows(path, header, rows, delimiter=","):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])


def test_amazon_s_report_without_buyers_says_what_is_lost(tmp_path):
    header = (
        "amazon-order-id\tmerchant-order-id\tpurchase-date\torder-status\tproduct-name\tsku\t"
        "quantity\tcurrency\titem-price\tship-country"
    )
    assert "nobody can be segmented" in refused(write(tmp_path / "a.txt", f"{header}\n"))


# -- totals, discounts, statuses ----------------------------------------------------------------


def test_totals_discounts_and_statuses(tmp_path):
    header = "Order ID,SKU,Qty,Order Date,Line Total,Item Discount,Order Status,Customer,Country"
    rows = [
        "1,A,4,2024-01-02,10.00,,Paid,7,France",
        "2,A,4,2024-01-02,10.00,2.00,shipped,7,France",
        "3,A,4,2024-01-02,10.00,-2.00,Cancelled,7,France",
        "4,A,-4,2024-01-02,-10.00,2.00,Refunded,7,France",
        "5,A,1,2024-01-02,10.00,x,weird,7,France",
        "3,B,1,2024-01-02,10.00,,,7,France",  # of the third order, like exports of Shopify
    ]
    path = write(tmp_path / "day.csv", "\n".join([header, *rows]))
    lines, notes = read(path, "line_number, unit_price, void_status")
    assert [line[1:] for line in sorted(lines)] == [
        (Decimal("2.5"), None),
        (Decimal("2"), None),
        (Decimal("2"), "Cancelled"),
        (Decimal("2"), None),
        (None, None),
        (Decimal("10"), "Cancelled"),
    ]
    told = " ".join(notes)
    assert "no sales by their order status: cancelled (1 lines), refunded (1 lines)" in told
    assert "does not know their order status: weird (1 lines)" in told
    without_status, _ = read(path, "void_status", chosen={"order_status": ""})
    assert without_status == [(None,)] * 6


# -- packing ------------------------------------------------------------------------------------


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


OBJECTS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("day.zip", zipped({"in/day.csv": PLAIN, "__MACOSX/._day.csv": b"x"})),
        ("day.xlsx", zipped({"day.csv": PLAIN})),
        ("day.csv.bz2", bz2.compress(PLAIN.encode())),
        ("day.json", json.dumps(OBJECTS)),
        ("day.jsonl", "\n".join(map(json.dumps, OBJECTS))),
        ("day.ndjson.gz", gzip.compress("\n".join(map(json.dumps, OBJECTS)).encode())),
        ("day.json.zip", zipped({"day.json": json.dumps(OBJECTS)})),
        ("wide.zip", zipped({"day.csv": PLAIN.encode("utf-16")})),
    ],
)
def test_packed_files_are_their_twins(tmp_path, name, content):
    folder = tmp_path / "days"
    folder.mkdir()
    write(folder / name, content)
    assert read(folder) == (typed(write(tmp_path / "plain.csv", PLAIN)), [])
    assert not list(Path("target/invoice_lines").glob(".*"))
    (folder / name).unlink()
    write(folder / "next.csv", PLAIN)
    read(folder)
    assert not list(Path("target/invoice_lines").glob("*"))


def test_zstandard(tmp_path):
    path = tmp_path / "day.csv.zst"
    with pa.CompressedOutputStream(str(path), "zstd") as packed:
        packed.write(PLAIN.encode())
    assert read(path)[0] == typed(write(tmp_path / "plain.csv", PLAIN))
    write(path, path.read_bytes()[:-9])
    assert "cannot be unpacked" in refused(path)


def test_archives_of_several_files_are_refused(tmp_path):
    told = refused(write(tmp_path / "a.zip", zipped({"a.csv": PLAIN, "b.csv": PLAIN})))
    assert "a.csv, b.csv" in told


# -- encodings ----------------------------------------------------------------------------------

TEXTS = {
    "cp1250": ["Żółty kubek", "Świeca zapachowa", "Duże pudełko", "Długopis niebieski"],
    "cp1251": ["Красная кружка", "Синяя свеча", "Настольная лампа", "Деревянный стол"],
    "cp1253": ["Κόκκινη κούπα", "Μπλε κερί", "Ξύλινο τραπέζι", "Μεγάλο κουτί"],
    "cp932": ["赤いマグカップ", "青いキャンドル", "木のテーブル", "大きな箱"],
    "latin-1": ["PÂTE À MODELER", "CAFÉ CRÈME", "GRÜNE TASSE", "PEQUEÑO CAJÓN"],
    "cp1252": ["PÂTE À 5 €", "CAFÉ\u2014CRÈME", "GRÜNE TASSE", "PEQUEÑO CAJÓN"],
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_encodings_are_told_and_said(tmp_path, encoding):
    rows = [[*ROWS[0][:2], text, *ROWS[0][3:]] for text in TEXTS[encoding] * 3]
    path = write(tmp_path / "day.csv", with_header(NAMES, rows).encode(encoding))
    lines, notes = read(path, "description")
    assert [text for (text,) in lines] == TEXTS[encoding] * 3
    assert f"read as {encoding}" in notes[0]
    assert read(path, "description", encoding=encoding)[0] == lines


def test_an_encoding_that_cannot_be_told_is_refused_with_names(tmp_path):
    texts = ["כוס אדומה", "נר כחול", "שולחן עץ", "קופסה גדולה"]
    rows = [[*ROWS[0][:2], text, *ROWS[0][3:]] for text in texts]
    path = write(tmp_path / "day.csv", with_header(NAMES, rows).encode("cp1255"))
    told = refused(path)
    assert "cp1255" in told
    assert "--vars 'text_encoding: " in told
    lines, _ = read(path, "description", encoding="windows-1255")
    assert [text for (text,) in lines] == texts
    assert "Unknown encoding: klingon" in refused(path, encoding="klingon")


def test_the_message_of_a_copy_names_its_file(tmp_path):
    path = write(tmp_path / "day.zip", zipped({"day.csv": PLAIN.replace("Quantity", "x")}))
    assert f"Missing column in {path}: Quantity" in message(path)
