"""Numbers as people say and write them in Britain."""

import re
from collections.abc import Iterable
from contextvars import ContextVar
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NONE = "–"  # noqa: RUF001 - what a table shows where there is nothing
MINUS = "−"  # noqa: RUF001
FRACTIONS = {
    1 / 20: "a twentieth",
    1 / 10: "a tenth",
    1 / 5: "a fifth",
    1 / 4: "a quarter",
    3 / 10: "three tenths",
    1 / 3: "a third",
    2 / 5: "two fifths",
    1 / 2: "half",
    3 / 5: "three fifths",
    2 / 3: "two thirds",
    7 / 10: "seven tenths",
    3 / 4: "three quarters",
    4 / 5: "four fifths",
    9 / 10: "nine tenths",
}
NEAR = 0.0125  # a fraction may be so far from the share that it stands for
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}
MILLION = 1_000_000
BILLION = 1000 * MILLION
TEN_THOUSAND = 10_000
_currency = ContextVar("currency", default="GBP")


def rounded(value: float | Decimal, places: int = 0) -> Decimal:
    """Return a number with so many decimals, halves up, as SQL rounds: Python takes 38.5 for 38."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def about(share: float) -> str:
    """Return a share in words where a plain fraction is near, else in per cent."""
    if share in (0, 1):
        return "all" if share else "none"
    fraction = min(FRACTIONS, key=lambda value: abs(value - share))
    return FRACTIONS[fraction] if abs(fraction - share) <= NEAR else percent(share)


def percent(share: float | None) -> str:
    """Return 0.235 as 24%, and what would round to nothing as <1%."""
    if share is None:
        return NONE
    return "<1%" if 0 < share < 0.005 else f"{rounded(100 * share)}%"


def percent_points(share: float | None) -> str:
    """Return 0.235 as 23.5%."""
    return NONE if share is None else f"{rounded(100 * share, 1)}%"


def count(number: float | None) -> str:
    """Return a whole number with commas."""
    return NONE if number is None else f"{rounded(number):,}"


def ratio(number: float | None) -> str:
    """Return an index between 0 and 1 with two places."""
    return NONE if number is None else f"{rounded(number, 2)}"


def days(number: float | None) -> str:
    """Return a number of days with its unit."""
    if number is None:
        return NONE
    return "1 day" if rounded(number) == 1 else f"{rounded(number):,} days"


def use_currency(code: str) -> None:
    """Say amounts in this currency from here on: a code of ISO 4217, such as GBP."""
    _currency.set(code)


def currency_sign() -> str:
    """Return what stands before an amount: £, or a code and a blank."""
    return SIGNS.get(_currency.get(), f"{_currency.get()} ")


def amount(value: float | None) -> str:
    """Return an amount without its decimals, or to the penny where it is less than ten."""
    if value is None:
        return NONE
    if 0 < abs(value) < 10:
        return exact_amount(value)
    return f"{MINUS if rounded(value) < 0 else ''}{currency_sign()}{rounded(abs(value)):,}"


def exact_amount(value: float | None) -> str:
    """Return an amount to the penny."""
    if value is None:
        return NONE
    return f"{MINUS if rounded(value, 2) < 0 else ''}{currency_sign()}{rounded(abs(value), 2):,}"


def short_amount(value: float | None) -> str:
    """Return an amount for a headline: £2.30bn, £1.15m, £38k, £950."""
    if value is None:
        return NONE
    if abs(value) >= BILLION:
        return f"{currency_sign()}{rounded(value / BILLION, 2):,}bn"
    if abs(value) >= MILLION:
        return f"{currency_sign()}{rounded(value / MILLION, 2):,}m"
    if abs(value) >= TEN_THOUSAND:
        return f"{currency_sign()}{rounded(value / 1000):,}k"
    return amount(value)


def day(value: date | None) -> str:
    """Return a date as 9 December 2011."""
    return NONE if value is None else f"{value.day} {value:%B %Y}"


def listed(words: Iterable[str]) -> str:
    """Return words as a, b and c; of none, nothing."""
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def plural(number: float, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def opening(text: str) -> str:
    """Return words as they open a sentence."""
    return text[:1].upper() + text[1:]


def sentence_case(name: str) -> str:
    """Return a name that a till wrote in capitals as people write it."""
    return name.capitalize() if name.isupper() else name


def british(text: str) -> str:
    """Return a sentence of the database with £885 for 885 GBP, and 13% for 13 %."""
    amounts = re.sub(rf"([\d.,]*\d) {_currency.get()}", rf"{currency_sign()}\1", text)
    return re.sub(r"(\d) %", r"\1%", amounts)


FORMATS: dict[str, Any] = {
    "about": about,
    "percent": percent,
    "percent_points": percent_points,
    "count": count,
    "ratio": ratio,
    "days": days,
    "amount": amount,
    "exact_amount": exact_amount,
    "short_amount": short_amount,
    "day": day,
    "listed": listed,
    "plural": plural,
    "sentence_case": sentence_case,
    "british": british,
}
