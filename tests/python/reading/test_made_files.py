"""The same sales written in many ways give the same lines of the ledger, to the penny.

The sales are made up, so what is true of them is known: each file is compared with it, too.
"""

import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import SAMPLE, Build, Builder
from models_in_memory import LEDGER, empty_warehouse, model_statements

from customer_segments.reading.invoice_files import find_invoice_lines

HEADER = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
]
LINES = (
    "select invoice_id, stock_code, item_description, quantity, invoiced_at, unit_price, "
    "customer_id, disposition, reason, currency, line_value "
    "from intermediate.int_invoice_lines_classified where disposition <> 'no_line' order by all"
)
COUNTS = (
    "select count(*) filter (where disposition = 'no_line'), count(*) filter (where is_filled), "
    "count(*) filter (where disposition = 'malformed') from intermediate.int_line_dispositions"
)


@dataclass(frozen=True)
class Sale:
    invoice: str
    item: str
    name: str
    quantity: int
    at: datetime.datetime
    price: Decimal
    customer: str
    country: str
    currency: str = "GBP"


Way = Callable[[Sale], str]


def sales(seed: int) -> list[Sale]:
    """Return made-up orders of one to four items, some returns, some of nobody."""
    draw = random.Random(seed)
    found = []
    for number in range(12):
        at = datetime.datetime(2010, 1 + number, draw.randint(13, 28), draw.randint(8, 18), 45)
        customer = str(12_583 + draw.randint(0, 4)) if number % 5 else ""
        sign = -1 if number % 4 == 3 else 1
        for item in draw.sample(range(22_700, 22_760), draw.randint(1, 4)):
            found.append(
                Sale(
                    invoice=str(536_370 + number),
                    item=str(item),
                    name=draw.choice(["ALARM CLOCK", "LANTERN, RED", '5" RULER', "CHILD'S MUG"]),
                    quantity=sign * draw.choice([1, 6, 24, 1200]),
                    at=at,
                    price=draw.choice([Decimal("3.75"), Decimal("1234.50"), Decimal("0.85")]),
                    customer=customer,
                    country=draw.choice(["France", "Germany"]) if not customer else "France",
                )
            )
    return found


def number(amount: Decimal | int) -> str:
    return f"{amount:,}"


def trailing(text: str) -> str:
    return text[1:] + "-" if text.startswith("-") else text


def in_parentheses(text: str) -> str:
    return f"({text[1:]})" if text.startswith("-") else text


def swapped(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


IDS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "decimal": lambda text: text and f"{text}.0",
    "decimals": lambda text: text and f"{text}.00",
    "formula": lambda text: text and f'="{text}"',
    "apostrophe": lambda text: text and f"'{text}",
    "blanks": lambda text: f"\u00a0{text} ",
}
QUANTITIES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text.replace(",", ""),
    "thousands": str,
    "trailing minus": trailing,
    "parentheses": in_parentheses,
    "minus sign": lambda text: text.replace("-", "\u2212"),
    "dash": lambda text: text.replace("-", "\u2013"),
    "apostrophes": lambda text: text.replace(",", "\u2019"),
    "blanks": lambda text: text.replace(",", "\u202f"),
    "formula": lambda text: f'="{text}"',
}
PRICES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text.replace(",", ""),
    "pounds": lambda text: f"£{text}",
    "code before": lambda text: f"GBP {text}",
    "code behind": lambda text: f"{text} gbp",
    "comma": swapped,
    "comma, pounds": lambda text: f"{swapped(text)} £",
    "apostrophes": lambda text: text.replace(",", "\u2019"),
    "blanks": lambda text: swapped(text).replace(".", "\u00a0"),
}
COMMAS = ("comma", "comma, pounds", "blanks")
GERMAN = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
POLISH = [
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
]
DATES: dict[str, Callable[[datetime.datetime], str]] = {
    "american": lambda at: f"{at.month}/{at.day}/{at:%y} {at.hour}:{at:%M}",
    "ISO": lambda at: at.isoformat(" "),
    "zone": lambda at: f"{at.isoformat(' ')} -0400",
    "UTC": lambda at: f"{at:%Y-%m-%dT%H:%M}Z",
    "GMT": lambda at: f"{at.isoformat(' ')} GMT",
    "half": lambda at: f"{at:%Y-%m-%d %I:%M %p}",
    "dotted": lambda at: f"{at:%Y.%m.%d %H:%M}",
    "browser": lambda at: f"{at.month}/{at.day}/{at:%Y, %I:%M:%S %p}",
    "Oracle": lambda at: f"{at:%d-%b-%y %I.%M.%S}.000000 {at:%p}".upper(),
    "Java": lambda at: f"{at:%a %b %d %H:%M:%S} GMT {at:%Y}",
    "weekday": lambda at: f"{at:%A, %d %B %Y %H:%M}",
    "German": lambda at: f"{at.day}. {GERMAN[at.month - 1]} {at:%Y um %H:%M} Uhr",
    "Polish": lambda at: f"{at.day} {POLISH[at.month - 1]} {at:%Y %H:%M}",
    "epoch": lambda at: f"{at.replace(tzinfo=datetime.UTC).timestamp():.0f}",
    "milliseconds": lambda at: f"{at.replace(tzinfo=datetime.UTC).timestamp() * 1000:.0f}",
}
NOBODY = ["", "-1", "00000", "walk-in", "Cash Customer", "Laufkunde", "n/a", "0.0"]
Row = list[str]


def rows_of(lines: list[Sale], seed: int, **ways: str) -> list[Row]:
    draw = random.Random(seed)
    ids = IDS[ways.get("ids", "plain")]
    write = QUANTITIES[ways.get("quantities", "plain")]
    # A file has one decimal mark: what is a comma in prices is a dot between thousands.
    has_comma = ways.get("prices") in COMMAS
    quantity = (lambda text: swapped(write(text))) if has_comma else write
    found = []
    for sale in lines:
        customer = ids(sale.customer) if sale.customer else draw.choice(NOBODY)
        found.append(
            [
                *(ids(sale.invoice), ids(sale.item), sale.name),
                quantity(number(sale.quantity)),
                DATES[ways.get("dates", "american")](sale.at),
                PRICES[ways.get("prices", "plain")](number(sale.price)),
                *(customer, sale.country),
            ]
        )
    return found


def quoted(field: str) -> str:
    return f'"{field.replace(chr(34), chr(34) * 2)}"'


def slashed(field: str) -> str:
    return '"' + field.replace('"', '\\"') + '"'


def single(field: str) -> str:
    return "'" + field.replace("'", "''") + "'"


QUOTES: dict[str, Callable[[Row], str]] = {
    "double": lambda row: ",".join(map(quoted, row)),
    "backslash": lambda row: ",".join(map(slashed, row)),
    "blank before": lambda row: ", ".join(map(quoted, row)),
    "single": lambda row: ",".join(single(field.replace('"', " inch")) for field in row),
}


@pytest.fixture(scope="module")
def compiled(build: Builder) -> Build:
    """Compile the ledger for the sample, without building it."""
    found = build(
        SAMPLE / "invoice_lines.csv", "compile", "--select", "+int_invoice_lines_classified"
    )
    assert found.success, found.exception
    return found


class Ledger:
    """What becomes of the lines of a file."""

    def __init__(self, build: Build, folder: Path) -> None:
        self.connection = empty_warehouse()
        self.statements = model_statements(build, LEDGER)
        self.file = folder / "lines.csv"

    def read(
        self, rows: list[Row], quote: str = "double", header: Row = HEADER
    ) -> tuple[list[tuple[object, ...]], tuple[int, int, int]]:
        """Return the lines of a file of these rows, and COUNTS."""
        texts = [
            ",".join(header),
            *(row[0] if len(row) == 1 else QUOTES[quote](row) for row in rows),
        ]
        self.file.write_text("\n".join(texts) + "\n", encoding="utf-8")
        select = find_invoice_lines(str(self.file))
        self.connection.execute(f"create or replace table raw.invoice_lines as {select}")
        for statement in self.statements:
            self.connection.execute(statement)
        [counts] = self.connection.execute(COUNTS).fetchall()
        return self.connection.execute(LINES).fetchall(), counts


@pytest.fixture(scope="module")
def ledger(compiled: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("made")
        patch.chdir(folder)  # clean copies go to target/ there
        yield Ledger(compiled, folder)


def truth(lines: list[Sale]) -> list[tuple[object, ...]]:
    return sorted(
        (
            sale.invoice,
            sale.item,
            sale.name,
            sale.quantity,
            sale.at,
            sale.price,
            sale.customer or None,
        )
        for sale in lines
    )


def columns(found: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return sorted((row[:7] for row in found), key=lambda row: [str(value) for value in row])


SEED = 7


@pytest.fixture(scope="module")
def plain(ledger: Ledger) -> list[tuple[object, ...]]:
    """Return the ledger of the file as the project's own sample writes it."""
    found, counts = ledger.read(rows_of(sales(SEED), SEED))
    assert columns(found) == sorted(truth(sales(SEED)), key=lambda row: [str(v) for v in row])
    assert counts == (0, 0, 0)
    return found


ONE_WAY = [
    *(("ids", way) for way in IDS),
    *(("quantities", way) for way in QUANTITIES),
    *(("prices", way) for way in PRICES),
    *(("dates", way) for way in DATES),
]


@pytest.mark.parametrize(("column", "way"), ONE_WAY)
def test_values_written_in_another_way(
    ledger: Ledger, plain: object, column: str, way: str
) -> None:
    found, counts = ledger.read(rows_of(sales(SEED), SEED, **{column: way}))
    assert found == plain
    assert counts == (0, 0, 0)


@pytest.mark.parametrize("seed", range(40))
def test_values_written_in_any_ways(ledger: Ledger, seed: int) -> None:
    draw = random.Random(seed)
    lines = sales(seed)
    ways = {
        "ids": draw.choice(list(IDS)),
        "quantities": draw.choice(list(QUANTITIES)),
        "prices": draw.choice(list(PRICES)),
        "dates": draw.choice(list(DATES)),
    }
    expected, _ = ledger.read(rows_of(lines, seed))
    found, counts = ledger.read(rows_of(lines, seed, **ways))
    assert found == expected, ways
    assert counts == (0, 0, 0), ways


@pytest.mark.parametrize("quote", QUOTES)
def test_quotes_written_in_another_way(ledger: Ledger, quote: str) -> None:
    lines = sales(SEED)
    if quote == "single":  # without doubled ones inside, which no reader would tell apart
        lines = [replace(sale, name=sale.name.replace('"', " inch")) for sale in lines]
    expected, _ = ledger.read(rows_of(lines, SEED))
    found, _ = ledger.read(rows_of(lines, SEED), quote)
    assert found == expected


def test_rows_that_are_none(ledger: Ledger, plain: object) -> None:
    """Separators behind each invoice, headers of joined files, totals and notes below the lines."""
    rows: list[Row] = []
    lines = sales(SEED)
    count = 0
    for row, sale, following in zip(rows_of(lines, SEED), lines, [*lines[1:], None], strict=True):
        rows.append(row)
        if following is None or following.invoice != sale.invoice:
            rows.append([""] * 8)
            count += 1
    rows[5:5] = [HEADER, [" "] * 8, [name.upper() for name in HEADER]]
    rows += [
        ["Grand Total", "", "", "1,234", "", "5678.90", "", ""],
        ["", "", "Summe:", "99", "", "", "", ""],
        ["536370 Total", "", "", "12", "", "", "", ""],
        ["", "", "", "5000", "", "12345.67", "", ""],
        ["Exported on the last day of the year", "", "", "", "", "", "", ""],
    ]
    found, counts = ledger.read(rows)
    assert found == plain
    assert counts == (count + 3 + 5, 0, 0)


@pytest.mark.parametrize(
    "row", [["536399"], ["536399", "22728"], ["536399", "22728", "", "x", "", "", "", ""]]
)
def test_a_damaged_line_is_a_line(ledger: Ledger, plain: list[object], row: Row) -> None:
    found, counts = ledger.read([*rows_of(sales(SEED), SEED), [row[0]] if len(row) == 1 else row])
    assert counts == (0, 0, 1)
    assert len(found) == len(plain) + 1


BLANKS = {
    "customer": (6,),
    "customer and country": (6, 7),
    "merged cells": (0, 4, 6, 7),
    "invoice": (0,),
    "invoice and customer": (0, 6),
}


@pytest.mark.parametrize("blank", BLANKS)
def test_orders_whose_later_lines_leave_blanks(ledger: Ledger, blank: str) -> None:
    lines = [
        replace(sale, customer=sale.customer or "12599", country="France") for sale in sales(SEED)
    ]
    rows = rows_of(lines, SEED)
    expected, _ = ledger.read(rows)
    filled = 0
    for row, sale, before in zip(rows[1:], lines[1:], lines, strict=False):
        if sale.invoice == before.invoice:
            for place in BLANKS[blank]:
                row[place] = ""
            filled += 1
    found, counts = ledger.read(rows)
    assert found == expected
    assert counts == (0, filled, 0)


def test_blanks_of_orders_whose_lines_disagree_stay(ledger: Ledger) -> None:
    line = ["536370", "1", "A", "1", "12/13/10 8:45", "1", "", "France"]
    rows = [
        [*line[:1], str(item), *line[2:6], customer, "France"]
        for item, customer in enumerate(["12583", "12584", "", "walk-in"], 1)
    ]
    found, counts = ledger.read(rows)
    assert [row[6] for row in found] == ["12583", "12584", None, None]
    assert counts == (0, 0, 0)
    found, counts = ledger.read([rows[0], *rows[2:]])
    assert [row[6] for row in found] == ["12583", "12583", None]
    assert counts == (0, 1, 0)


def test_an_order_with_rounded_ids_cannot_be_read(ledger: Ledger) -> None:
    good = ["536370", "22728", "A", "1", "12/13/10 8:45", "1", "12583", "France"]
    for place in (0, 1, 6):
        for text in ("5.36E+05", "7,1e+5", "1.2583E4", "5E+05"):
            row = [*good[:place], text, *good[place + 1 :]]
            found, counts = ledger.read([good, row])
            assert counts == (0, 0, 1), (place, text)
    found, counts = ledger.read([good, [good[0], "22E5", *good[2:]]])
    assert {row[1] for row in found} == {"22728", "22E5"}


RATES = {"EUR": Decimal("0.85"), "JPY": Decimal("0.01"), "USD": Decimal("0.6")}
SIGNS = {"EUR": "€", "JPY": "¥", "USD": "US$", "GBP": "£"}


@pytest.mark.parametrize("way", ["column", "column once an order", "beside the price"])
def test_several_currencies_are_converted(ledger: Ledger, way: str) -> None:
    """At the rate of the day: the file of converted prices has the same lines."""
    draw = random.Random(SEED)
    of_orders = {sale.invoice: draw.choice(list(SIGNS)) for sale in sales(SEED)}
    lines = [replace(sale, currency=of_orders[sale.invoice]) for sale in sales(SEED)]
    later = datetime.datetime(2010, 7, 1)
    converted = [
        replace(
            sale,
            price=sale.price
            * (
                RATES.get(sale.currency, Decimal(1)) * (2 if sale.at >= later else 1)
                if sale.currency != "GBP"
                else 1
            ),
        )
        for sale in lines
    ]
    rates = [
        (currency, day, rate * factor)
        for currency, rate in RATES.items()
        for day, factor in (("2009-12-31", 1), ("2010-07-01", 2))
    ]
    expected, _ = ledger.read(rows_of(converted, SEED))
    ledger.connection.executemany("insert into seeds.exchange_rates values (?, ?, ?)", rates)
    try:
        rows, header = rows_of(lines, SEED), HEADER
        named: set[str] = set()
        for row, sale in zip(rows, lines, strict=True):
            if way == "beside the price":
                row[5] = f"{SIGNS[sale.currency]}{row[5]}"
            else:
                is_named = way == "column" or sale.invoice not in named
                row.append(sale.currency if is_named else "")
                named.add(sale.invoice)
                header = [*HEADER, "Currency"]
        found, counts = ledger.read(rows, header=header)
    finally:
        ledger.connection.execute("delete from seeds.exchange_rates")
    in_pounds = [(*row[:9], *row[10:]) for row in found]
    assert in_pounds == [(*row[:9], *row[10:]) for row in expected]
    assert {row[9] for row in found} == set(SIGNS) & {sale.currency for sale in lines}
    assert counts[2] == 0
