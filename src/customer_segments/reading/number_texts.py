"""The SQL that reads a number however a shop writes it: signs, thousands, currencies."""

import csv
import re
from functools import cache

from customer_segments.project import PROJECT
from customer_segments.reading.file_layouts import sql_text

# What people see as one character, and the one it is read as. What is left over is left out:
# characters without a width.
_BLANKS = "\t\n\r\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
_MINUSES = "\u2010\u2011\u2012\u2013\u2014\u2212\u207b\ufe63\uff0d"
_APOSTROPHES = "\u2018\u2019\u02bc\u00b4`\u066c"
_DIGITS = "".join(
    chr(zero + digit) for zero in (0x660, 0x6F0, 0x966, 0xFF10) for digit in range(10)
)
_WIDE = "\uff0b\uff08\uff09\uff0c\uff0e\u066b"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff"
_FROM = _BLANKS + _MINUSES + _APOSTROPHES + _DIGITS + _WIDE + _INVISIBLE
_TO = (
    " " * len(_BLANKS) + "-" * len(_MINUSES) + "'" * len(_APOSTROPHES) + "0123456789" * 4 + "+(),.."
)
_GUARDS = "[ =\"']*"  # ="12" and '12, by which exporters keep spreadsheets from reading a text


@cache
def currency_words() -> tuple[str, ...]:
    """Return how currencies are written, in small letters, the longest first."""
    with (PROJECT / "seeds" / "currencies.csv").open(encoding="utf-8") as file:
        words = {row["written"] for row in csv.DictReader(file)}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def plain_characters(column: str) -> str:
    """Return the SQL for a text with ASCII in place of what only looks like it."""
    return f"translate({column}, {sql_text(_FROM)}, {sql_text(_TO)})"


def sql_any_number(column: str, mark: str, is_money: bool) -> str:
    """Return the SQL that reads a text as decimal(18, 4), null when it is no number.

    `mark` settles `1,234`, which is a thousand or a decimal; what can be read in one way only is
    read. A minus stands before or behind, or parentheses around. Of money a currency may stand on
    either side: `sql_currency` tells which.
    """
    # Lambdas: what occurs twice DuckDB would compute for every line, not only where it must.
    ways = ", ".join(_with_mark("t", decimal) for decimal in (mark, _other(mark)))
    text = plain_characters(column)
    if is_money:  # a sign for all currencies: the list of them is long
        text = f"regexp_replace(lower({text}), {_currency()}, '\\1\u00a4\\3')"
    return f"list_transform([{text}], lambda t: coalesce({ways}))[1]"


def sql_currency(column: str) -> str:
    """Return the SQL for the sign or code beside a number, in small letters, null for none."""
    text = f"lower({plain_characters(column)})"
    return f"nullif(regexp_extract({text}, {_currency()}, 2), '')"


def _with_mark(column: str, decimal: str) -> str:
    between = _other(decimal) + " '"
    thousands = rf"\d{{1,3}}(?:[{between}]\d{{3}})+"
    lakhs = rf"\d{{1,2}}(?:[{between}]\d{{2}})+[{between}]\d{{3}}"  # 12,34,567 in India
    number = rf"(?:{thousands}|{lakhs})(?:[{decimal}]\d*)?|\d*[{decimal}]\d+|\d+"
    currency = " *\u00a4?"
    pattern = (
        rf"^{_GUARDS}([+-]?){currency} *(\()?{currency} *([+-]?) *({number})"
        rf"(?:[{decimal}]-{{0,2}})?{currency} *(-?) *(\))?{currency}{_GUARDS}$"
    )
    parts = "['before', 'opened', 'between', 'digits', 'behind', 'closed']"
    digits = f"replace(translate(n.digits, {sql_text(between)}, ''), '{decimal}', '.')"
    return (
        f"list_transform([regexp_extract({column}, {sql_text(pattern)}, {parts})], lambda n: "
        "try_cast(concat(replace(n.opened || n.closed, '()', '-'), n.before, n.between, n.behind, "
        f"{digits}) as decimal(18, 4)))[1]"
    )


def _other(mark: str) -> str:
    return "," if mark == "." else "."


@cache
def _currency() -> str:
    """Return the pattern of a currency, as a text of SQL: no letter stands beside it."""
    words = "|".join(map(re.escape, currency_words()))
    return sql_text(rf"(^|[^\p{{L}}])({words})([^\p{{L}}]|$)")
