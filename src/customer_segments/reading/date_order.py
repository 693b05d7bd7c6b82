"""Whether the day or the month comes first in 3/4/2011: dates with a day above 12 tell."""

import re
from collections.abc import Iterable
from typing import Literal

from customer_segments.reading.file_layouts import (
    PATH_COLUMN,
    FileLayout,
    InvoiceFileError,
    Readers,
    read_rows,
    sql_name,
)

# How the order of day and month is chosen: from the dates themselves, or by the user.
DateOrder = Literal["infer", "month_first", "day_first"]

_SET_DATE_ORDER = (
    "Set the variable date_order to month_first or day_first (its value now is infer), "
    "for example --vars 'date_order: month_first'."
)
# A part above 12 can only be a day, so such a date shows the order.
_SQL_TELLING = (
    r"^[\s=''\"]*(\p{L}+[.,]*\s+)?"
    r"((1[3-9]|2\d|3[01])[/. -]\s?\d{1,2}|\d{1,2}[/. -]\s?(1[3-9]|2\d|3[01]))"
    r"[/. -]\s?(\d{2}|\d{4})(\D|$)"
)
# One line in eleven may contradict the others before the order counts as unknown.
_MAJORITY = 10


def settle_date_order(location: str, readers: Readers) -> str | None:
    """Return month_first or day_first; None when no date has the two in numbers."""
    if not (dates := _dates(readers)):
        return None
    telling = _telling_dates(readers)
    order = _order_of(text for text, _ in telling)
    if order == "contradictory":
        raise _contradiction(location, telling)
    if order is None:
        [(example, _)] = read_rows(f"from ({dates}) limit 1")
        raise InvoiceFileError(
            f"Dates in {location} can be read in two ways, such as {example}: no line has a "
            f"day above 12. {_SET_DATE_ORDER}"
        )
    return order


def require_date_order(
    location: str, order: str | None, reader: tuple[FileLayout, str], readers: Readers
) -> None:
    """Refuse a file whose own dates say otherwise: beside years of others it would be outvoted."""
    telling = _telling_dates([reader])
    if _order_of(text for text, _ in telling) not in (None, order):
        raise _contradiction(location, telling + _telling_dates(readers))


def _contradiction(location: str, telling: list[tuple[str, str]]) -> InvoiceFileError:
    examples = {_order_of([text]): f"{text} in {file_name}" for text, file_name in telling}
    return InvoiceFileError(
        f"Dates in {location} contradict each other, such as {' and '.join(examples.values())}: in "
        f"some the day comes first, in others the month. {_SET_DATE_ORDER} "
        "Dates that do not fit are then unreadable."
    )


def _dates(readers: Readers) -> str:
    """Return the select of the dates with day and month in numbers, and their files; or nothing."""
    return " union all ".join(
        f"select cast({layout.column('invoice_date')[0]} as varchar) as date_text, "
        f"parse_filename({sql_name(PATH_COLUMN)}, false, 'system') as file_name from {reader}"
        for layout, reader in readers
        if layout.date_shape
    )


def _telling_dates(readers: Readers) -> list[tuple[str, str]]:
    """Return dates that show whether the day or the month comes first, with their files."""
    if not (dates := _dates(readers)):
        return []
    # A thousand lines settle it, so this stops early in most files.
    tells = f"regexp_matches(date_text, '{_SQL_TELLING}')"
    rows = read_rows(f"from ({dates}) where {tells} limit 1000")
    return [(str(text), str(file_name)) for text, file_name in rows]


def _order_of(dates: Iterable[str]) -> Literal["month_first", "day_first", "contradictory"] | None:
    """Return the order that telling dates have in common, None when there are none.

    A tenth of them may say otherwise. Such a date will be unreadable; one like it with a day up to
    12 tells nothing, and is read with day and month swapped.
    """
    day_first = month_first = 0
    for text in dates:
        if match := re.match(r"[\s='\"]*(?:[^\W\d]+[.,]*\s+)?(\d{1,2})[/. -]\s?(\d{1,2})", text):
            first, second = int(match[1]), int(match[2])
            day_first += first > 12 >= second
            month_first += second > 12 >= first
    if day_first == month_first == 0:
        return None
    if day_first >= _MAJORITY * month_first:
        return "day_first"
    return "month_first" if month_first >= _MAJORITY * day_first else "contradictory"
