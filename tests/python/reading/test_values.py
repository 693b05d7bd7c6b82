"""Values as other shops, programs and languages write them, and what they are."""
# ruff: noqa: RUF001 - characters that look like others are the point

import datetime
from decimal import Decimal

import duckdb
import pytest

from customer_segments.reading.value_formats import (
    date_shape,
    decimal_mark,
    sql_currency_of,
    sql_date,
    sql_date_number,
    sql_number,
)

FIRST = datetime.datetime(2010, 12, 1, 8, 45)
DAY = datetime.datetime(2010, 12, 1)


def values_of(expression, texts):
    """Return what each text is: all of them at once, as in a file."""
    with duckdb.connect() as connection:
        connection.execute("create table texts (place integer, written varchar)")
        connection.executemany("insert into texts values (?, ?)", list(enumerate(texts)))
        found = connection.execute(f"select {expression} from texts order by place").fetchall()
    return [value for (value,) in found]


NUMBERS = {
    "-12": [
        "12-",
        "(12)",
        "−12",
        "–12",
        "-12.0",
        "12 -",
        "12−",
        '="-12"',
        "'-12",
        "( 12 )",
        "－12",
    ],
    "-12.50": ["12.50-", "(12.50)", "−12,50", "12,50 -", "‒12.50"],
    "-1234.50": ["1,234.50-", "(1.234,50)", "1’234.50-", "−1 234,50", "-1'234.50"],
    "1234.50": [
        "1’234.50",
        "1‘234,50",
        "1 234,50",
        "1\u2009234.50",
        "1\u202f234,50",
        '="1,234.50"',
    ],
    "1234567.5": ["1,234,567.5", "1.234.567,5", "12,34,567.5", "1’234’567.5", "1 234 567,5"],
    "12": ['="12"', "'12", "+12", "12,-", "12.–", "１２", "١٢", "12\u200b"],
}
NO_NUMBERS = [
    "--12",
    "(12",
    "12)",
    "(-12)",
    "1,2,3",
    "12 34",
    "12x",
    "1.2.3",
    "-",
    "()",
    "",
    "many",
]
MONEY = {
    "gbp": ["3.75 gbp", "GBP 3.75", "GBP3,75"],
    "£": ["£3.75", "3,75 £", "£ 3.75"],
    "€": ["3,75 €", "€3.75"],
    "eur": ["3.75 EUR", "EUR 3,75"],
    "us$": ["US$3.75", "US$ 3.75"],
    "kr": ["3,75 kr", "kr 3,75"],
    "zł": ["3,75 zł", "3,75zł"],
    "chf": ["CHF 3.75"],
    "rs.": ["Rs. 3.75", "Rs.3.75"],
}
RETURNED_MONEY = ["£(3.75)", "(£3.75)", "(3.75) EUR", "-£3.75", "£-3.75", "£3.75-", "3,75- €"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("is_money", [True, False])
@pytest.mark.parametrize("mark", [".", ","])
def test_numbers(number, is_money, mark):
    found = values_of(sql_number("written", mark, is_money), NUMBERS[number])
    assert found == [Decimal(number)] * len(NUMBERS[number])


@pytest.mark.parametrize("is_money", [True, False])
def test_what_is_almost_a_number_is_none(is_money):
    found = values_of(sql_number("written", ".", is_money), NO_NUMBERS)
    assert found == [None] * len(NO_NUMBERS)


def test_money_has_a_currency_and_a_quantity_has_none():
    texts = [text for group in MONEY.values() for text in group]
    assert values_of(sql_number("written", ".", True), texts) == [Decimal("3.75")] * len(texts)
    assert values_of(sql_number("written", ".", False), texts) == [None] * len(texts)
    currencies = [currency for currency, group in MONEY.items() for _ in group]
    assert values_of(sql_currency_of("written", "."), texts) == currencies
    returned = values_of(sql_number("written", ".", True), RETURNED_MONEY)
    assert returned == [Decimal("-3.75")] * len(RETURNED_MONEY)
    assert values_of(sql_currency_of("written", "."), ["3.75", "1,234.50", "", "x"]) == [None] * 4


def test_thousands_do_not_hide_which_mark_is_decimal():
    assert decimal_mark(["1’234,50", "1 234,50"]) == ","
    assert decimal_mark(["1'234.50", "12.50-"]) == "."


DATES = {
    FIRST: [
        # zones: the hour on the clock
        *("2010-12-01 08:45:00 -0400", "2010-12-01 08:45:00 +0000", "2010-12-01 08:45:00 GMT"),
        *("2010-12-01T08:45Z", "2010-12-01 08:45 UTC", "2010-12-01T08:45+01:00[Europe/Paris]"),
        *("2010-12-01 08:45:00 Europe/London", "2010-12-01T08:45:00-0500", "2010-12-01 08:45 CET"),
        # halves of the day
        *("2010-12-01 08:45 AM", "2010-12-01 8:45 a.m.", "2010/12/01 08:45:00 am"),
        *("2010-12-01 8:45:00\u202fAM", "12/1/2010 8:45 a.m.", "2010-12-01 8:45 a. m."),
        # separators of programs
        *("2010.12.01 08:45", "12/1/2010, 8:45:00 AM", "2010-12-01-08.45.00.000000"),
        *("01-DEC-10 08.45.00.000000000 AM", "01-DEC-10 08.45.00.000000 AM +00:00"),
        *("Wed Dec 01 08:45:00 GMT 2010", "2010-12-01 08:45:00,000", "12-01-2010T08:45"),
        *("01/Dec/2010:08:45:00 +0000", "Wed, 01 Dec 2010 08:45:00 +0000", "2010. 12. 1. 8:45"),
        "Wed Dec 01 2010 08:45:00 GMT+0000 (Coordinated Universal Time)",
        "Wednesday, December 1, 2010 at 8:45:00 AM",
        # the words of languages
        *("1 décembre 2010 à 08h45", "1. Dezember 2010 um 08:45 Uhr", "1 dicembre 2010, 08:45"),
        *("1 de dezembro de 2010 às 08:45", "1 december 2010 om 08:45", "1 grudnia 2010 08:45"),
        *("1 de diciembre de 2010 8:45", "Wed 12/01/2010 08:45", "12/01/2010 08:45:00 GMT"),
        # since 1970, in UTC
        *("1291193100", "1291193100000", "1291193100000000", "1291193100000000000"),
        "1291193100.0",
    ],
    DAY: [
        *("1. Dezember 2010", "01-Dez-10", "1 déc. 2010", "Wednesday, 1 December 2010"),
        *("mar. 1 déc. 2010", "śr., 1 gru 2010", "do 1 dec. 2010", "Sáb 1 dez 2010"),
        *("1er décembre 2010", "Dec. 1st, 2010", "2010-Dec-01", '="2010-12-01"', "'12/1/2010"),
        *("Mi, 1. Dez. 2010", "1 dic 2010", "2010.12.01", "1 Dec '10"),
    ],
    FIRST.replace(hour=20): [
        "2010-12-01 8:45 PM",
        "2010-12-01 08:45 p.m.",
        "1 Dec 2010 8:45 pm",
        "2010-12-01 08:45:00 PM +0000",
    ],
    datetime.datetime(2010, 3, 1): ["1. März 2010", "Mar 1, 2010", "1 mars 2010", "1 mrt. 2010"],
    datetime.datetime(2010, 5, 1): ["1 mai 2010", "1 maja 2010", "1 mei 2010", "1 magg. 2010"],
}
NO_DATES = [
    *("infinity", "-infinity", "epoch", "0000-01-01", "0001-01-01", "9999-12-31", "1900-01-01"),
    *("1970-01-01", "1899-12-30 00:00:00", "30-Feb-2010", "1-Mug-2010", "2010-13-01", "next week"),
    *("2010-12-01 13:45 PM", "2010-12-01 08:45 or so and so", "0", "12", "-1291193100", ""),
]


@pytest.mark.parametrize("shape", ["", "{}/{}/%y %H:%M", "{}/{}/%Y"])
@pytest.mark.parametrize("date", DATES)
def test_dates(date, shape):
    found = values_of(sql_date("written", shape, "month_first"), DATES[date])
    assert dict(zip(DATES[date], found, strict=True)) == dict.fromkeys(DATES[date], date)


@pytest.mark.parametrize("shape", ["", "{}/{}/%y %H:%M", "{}/{}/%Y"])
def test_what_stands_for_no_date_is_none(shape):
    found = values_of(sql_date("written", shape, "month_first"), NO_DATES)
    assert dict(zip(NO_DATES, found, strict=True)) == dict.fromkeys(NO_DATES)


MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
}


@pytest.mark.parametrize("language", MONTHS)
def test_months_of_languages_in_full_and_short(language):
    names = MONTHS[language].split()
    french = ["janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct"]
    short = {"fr": [*french, "nov", "déc"]}
    days = [datetime.datetime(2010, number + 1, 1) for number in range(12)]
    cut = short.get(language, [name[:3] for name in names])
    for form in (names, [name.upper() for name in names], cut):
        texts = [f"1 {name} 2010" for name in form]
        assert values_of(sql_date("written", "", None), texts) == days, form


def test_a_number_of_a_file_is_days_a_day_or_since_1970():
    numbers = [40513.364583333336, 20101201, 1291193100, 1291193100000, 1291193100000000]
    found = values_of(sql_date_number("cast(written as double)"), map(str, numbers))
    assert found == [FIRST, DAY, FIRST, FIRST, FIRST]
    assert values_of(sql_date_number("cast(written as double)"), ["0", "-1", "12"]) == [None] * 3


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("12/1/10 8:45", "{}/{}/%y %H:%M"),
        ("12/1/2010, 8:45:00 AM", "{}/{}/%Y, %I:%M:%S %p"),
        ("12-01-2010T08:45", "{}-{}-%YT%H:%M"),
        ("Wed 12/01/2010 08:45", "{}/{}/%Y"),
        ("12/01/2010 08:45 GMT", "{}/{}/%Y"),
        ("2010-12-01", ""),
        ("1 Dec 2010", ""),
    ],
)
def test_day_and_month_in_numbers_are_noticed(text, shape):
    assert date_shape([text]) == shape
