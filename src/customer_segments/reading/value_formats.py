"""How shops write numbers, dates and ids, and the SQL that reads each or gives null."""

import re
from collections.abc import Iterable
from itertools import product
from typing import Literal

from customer_segments.reading.date_texts import sql_any_date
from customer_segments.reading.number_texts import sql_any_number, sql_currency

# What `12/1/10 8:45` looks like, in Python for samples and in SQL for lines.
_DAY_MONTH = re.compile(
    r"\s*(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)"
    r"(?P<time>(?P<gap>,? |T)\d{1,2}:\d\d(?P<seconds>:\d\d(?P<fraction>\.\d{1,6})?)?"
    r"(?P<half>(?P<blank> ?)[AaPp][Mm])?)?\s*"
)
# The same with anything around it, such as a day of the week and a time zone.
_SOME_DAY_MONTH = re.compile(
    r"[\s='\"]*(?:[^\W\d]+[.,]*\s+)?\d{1,2}(?P<mark>[/. -])\s?\d{1,2}(?P=mark)\s?"
    r"(\d{4}|\d\d)(\D.*)?"
)
_SQL_DAY_MONTH = r"^\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2}"
_TIMES = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %H:%M:%S.%f",
    " %I:%M %p",
    " %I:%M:%S %p",
    " %I:%M%p",
    " %I:%M:%S%p",
)
# The two-digit year comes first: it cannot match a four-digit one, the reverse it can.
_YEARS = ("%y", "%Y")
_SHAPES = [
    f"{{}}{mark}{{}}{mark}{year}{time}" for mark, time, year in product("/.-", _TIMES, _YEARS)
]
# `1-Dec-2010`, `1 December 10` and `Dec 1, 2010`, once they are written as `1 Dec 2010`.
_SQL_DAY_NAME = r"^\s*(\d{1,2})[ ./-]+([A-Za-z]{3})[A-Za-z]*[ ,./-]+(\d{2})"
_SQL_NAME_DAY = r"^\s*([A-Za-z]{3})[A-Za-z]*[ ./-]+(\d{1,2})[ ,./-]+(\d{2})"
_NAMED = [f"%d %b {year}{time}" for time, year in product(_TIMES, _YEARS)]
# `20101201`, `20101201 08:45` and `20101201T084500`, once they are digits only.
_SQL_COMPACT = r"\s*(19|20)\d{6}([ T]?\d{2}:?\d{2}(:?\d{2})?)?\s*"
# Since 1970 in seconds, thousandths, millionths or billionths of them.
_SQL_EPOCH = r"\s*(\d{9,10}(\.\d*)?|\d{12,13}(\.\d*)?|\d{15,16}|\d{18,19})\s*"
_COMPACT = ["%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S"]


def date_shape(texts: Iterable[str]) -> str:
    """Return the shape of the first date with day and month in numbers, such as `{}/{}/%y %H:%M`.

    Empty when there is none: the dates are ISO, Excel numbers, or no dates.
    """
    texts = list(texts)
    for text in texts:
        if match := _DAY_MONTH.fullmatch(text):
            mark = match["mark"]
            year = "%Y" if len(match["year"]) == 4 else "%y"
            time = ""
            if match["time"]:
                time = match["gap"] + ("%I:%M" if match["half"] else "%H:%M")
                time += ":%S" if match["seconds"] else ""
                time += ".%f" if match["fraction"] else ""
                time += f"{match['blank']}%p" if match["half"] else ""
            return f"{{}}{mark}{{}}{mark}{year}{time}"
    # With a zone, a day of the week or words no format reads them, but the order must be settled.
    others = any(_SOME_DAY_MONTH.fullmatch(text) for text in texts)
    return "{}/{}/%Y" if others else ""


def decimal_mark(texts: Iterable[str]) -> Literal[".", ","]:
    """Return what stands before the decimals in most of `texts`; a dot when none tells.

    `1,234` does not tell, `2,55` and `1.234,56` do.
    """
    commas = dots = 0
    swap = str.maketrans(",.", ".,")
    thousands = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3})")
    telling = re.compile(r"\D*(\d*,(\d{1,2}|\d{4,})|0,\d+|\d{4,},\d+|\d{1,3}(\.\d{3})+,\d+)\D*")
    for text in (thousands.sub("", text) for text in texts if "," in text or "." in text):
        commas += telling.fullmatch(text) is not None
        dots += telling.fullmatch(text.translate(swap)) is not None
    return "," if commas > dots else "."


def sql_number(column: str, mark: str, is_money: bool) -> str:
    """Return the SQL that reads a text as decimal(18, 4), null when it is no number.

    `mark` settles `1,234`, which is a thousand or a decimal. Numbers that can be read in one way
    only are read, whatever the mark: `2,55`, `1.234,56`, `1,234.56`, money with a currency or not.
    """
    return f"coalesce({_quick_number(column, mark)}, {sql_any_number(column, mark, is_money)})"


def sql_currency_of(column: str, mark: str) -> str:
    """Return the SQL for the currency that is written beside an amount, null for none."""
    return f"case when {_quick_number(column, mark)} is null then {sql_currency(column)} end"


def _quick_number(column: str, mark: str) -> str:
    if mark == ".":
        return f"try_cast({column} as decimal(18, 4))"
    # Most numbers have no dot: one replacement reads them, the rest take the long way.
    return (
        f"case when not contains({column}, '.') "
        f"then try_cast(replace({column}, ',', '.') as decimal(18, 4)) end"
    )


def sql_date(column: str, shape: str, order: str | None) -> str:
    """Return the SQL that reads a text as timestamp, null when it is no date.

    The shape of the file's first dates is tried first, as a failing format is slow; words and the
    orders of other programs come last. A time zone is left out: the hour on the clock is the hour
    of the invoice. An epoch has no clock: it is in UTC.
    """
    slots = ("%d", "%m") if order == "day_first" else ("%m", "%d")
    cases = [
        # A bare cast would take 12/1/10 for the year 12. The quick test spares most the other.
        # Of 8:45 PM it would take PM for a time zone.
        f"when ({column} like '____-__-__%' or regexp_matches({column}, '^\\s*\\d{{4}}[-/]')) "
        f"and not contains({column}, 'M') and not contains({column}, 'm') "
        f"then try_cast({column} as timestamp)",
        f"when regexp_full_match({column}, '\\s*[2-7]\\d{{4}}(\\.\\d*)?\\s*') "
        f"then {_from_excel(f'cast({column} as double)')}",
        f"when regexp_full_match({column}, '{_SQL_COMPACT}') "
        f"then try_strptime(translate({column}, ' T:', ''), {_COMPACT})",
        f"when regexp_full_match({column}, '{_SQL_EPOCH}') then list_transform("
        f"[cast({column} as double)], lambda number: {_from_epoch('number')})[1]",
        f"when regexp_matches({column}, '{_SQL_DAY_NAME}|{_SQL_NAME_DAY}') then "
        + _with_century(f"try_strptime({_named(column)}, {_NAMED})"),
    ]
    quick = []
    if order is not None:
        formats = [text.format(*slots) for text in _SHAPES]
        parsed = _with_century(f"try_strptime({column}, {formats})")
        cases.append(f"when regexp_matches({column}, '{_SQL_DAY_MONTH}') then {parsed}")
        if shape:
            first = f"try_strptime({column}, '{shape.format(*slots)}')"
            quick.append(_with_century(first) if "%Y" in shape else first)
    ways = [*quick, f"case {' '.join(cases)} end", sql_any_date(column, order)]
    return _in_calendar(f"coalesce({', '.join(ways)})")


def _named(column: str) -> str:
    """Return the SQL that writes a date with the name of its month as `1 Dec 2010`."""
    day_first = rf"regexp_replace({column}, '{_SQL_DAY_NAME}', '\1 \2 \3')"
    return rf"regexp_replace({day_first}, '{_SQL_NAME_DAY}', '\2 \1 \3')"


def _with_century(date: str) -> str:
    """Return the SQL for `date` unless it took 12/1/10 for the year 10."""
    return f"nullif(greatest({date}, timestamp '1900-01-01'), timestamp '1900-01-01')"


def _in_calendar(date: str) -> str:
    """Return the SQL for `date` unless it lies before 1900 or after 2199, or is a clock at zero.

    DuckDB reads `infinity` and `epoch`, too; programs write their first day where they know none.
    """
    first, last = "timestamp '1900-01-01'", "timestamp '2200-01-01'"
    within = f"nullif(nullif(least(greatest({date}, {first}), {last}), {first}), {last})"
    return f"nullif({within}, timestamp '1970-01-01')"


def sql_timestamp(timestamp: str) -> str:
    """Return the SQL for a value that the file holds as a time, null where it stands for none."""
    return _in_calendar(f"try_cast({timestamp} as timestamp)")


def sql_date_number(number: str) -> str:
    """Return the SQL that reads a number as a date.

    It is days since 1899-12-30, from 1954 to 2119, or 20101201, or since 1970 seconds and thousands
    of them up to nanoseconds, from 1990 on.
    """
    digits = f"cast(cast({number} as bigint) as varchar)"
    return (
        f"case when {number} between 20000 and 80000 then {_from_excel(number)} "
        f"when {number} between 19000101 and 21001231 then try_strptime({digits}, '%Y%m%d') "
        f"else {_from_epoch(number)} end"
    )


def _from_excel(number: str) -> str:
    return f"make_timestamp(cast(round(({number} - 25569) * 86400) as bigint) * 1000000)"


def _from_epoch(number: str) -> str:
    """Return the SQL for seconds since 1970, or thousandths and so on of them, in UTC."""
    cases = [
        f"when {number} between {631152000 * unit} and {7258118399 * unit} "
        f"then make_timestamp(cast({number} / {unit} * 1000000 as bigint))"
        for unit in (1, 10**3, 10**6, 10**9)
    ]
    return f"case {' '.join(cases)} end"


_FRACTIONAL = r"DOUBLE|FLOAT|DECIMAL\(.*\)"
_NUMERIC = rf"U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|{_FRACTIONAL}"


def sql_id(column: str, data_type: str) -> str:
    """Return the SQL that writes an id as text: a whole number without decimals or exponent."""
    if data_type == "VARCHAR":
        return column
    if data_type == "BLOB":  # text that its writer did not mark as text
        return f"coalesce(try(decode({column})), cast({column} as varchar))"
    if re.fullmatch(_FRACTIONAL, data_type):
        whole = f"try_cast({column} as hugeint)"
        return (
            f"case when {column} = {whole} then cast({whole} as varchar) "
            f"else cast({column} as varchar) end"
        )
    return f"cast({column} as varchar)"


def sql_id_number(column: str, data_type: str) -> str:
    """Return the SQL for an id that the file holds as a whole number, null for any other."""
    if not re.fullmatch(_NUMERIC, data_type):
        return "cast(null as bigint)"
    number = f"try_cast({column} as bigint)"
    return f"case when {column} = {number} then {number} end"
