"""Which column of a file holds what: by its name, or as the variable `columns` says.

The names are in seeds/column_names.csv, by language and by the shop system that writes them.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from customer_segments.project import PROJECT
from customer_segments.reading.file_layouts import ForeignFileError, InvoiceFileError

# What a line can say -> what messages and clean copies call it.
COLUMNS = {
    "invoice_no": "InvoiceNo",
    "stock_code": "StockCode",
    "description": "Description",
    "quantity": "Quantity",
    "invoice_date": "InvoiceDate",
    "unit_price": "UnitPrice",
    "customer_id": "CustomerID",
    "country": "Country",
    "line_total": "LineTotal",
    "line_discount": "LineDiscount",
    "order_status": "OrderStatus",
    "currency": "Currency",
}
OPTIONAL = ("line_total", "line_discount", "order_status", "currency")
EXPECTED_COLUMNS = tuple(name for column, name in COLUMNS.items() if column not in OPTIONAL)
EXPECTED_HEADER = ",".join(EXPECTED_COLUMNS)
# Where a file has no items at all, this is the one that all of its lines are of.
ONLY_ITEM = "GOODS"

_SEED = PROJECT / "seeds" / "column_names.csv"
_LANGUAGES = {"en", "de", "fr", "es", "it", "nl", "pt", "pl"}
# Names up to this preference tell that a line is a header; later ones, such as `date`, may not.
_BELONGS = 2
_LETTERS = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "°": "o", "º": "o", "№": "no"})


@dataclass(frozen=True)
class _Seed:
    """The names of the seed, plain: column -> name -> preference, and system -> column -> names.

    `written` has the names of each column as the seed writes them, of languages and systems.
    """

    names: Mapping[str, Mapping[str, int]]
    systems: Mapping[str, tuple[tuple[str, str, bool], ...]]
    written: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ColumnNames:
    """How columns are found: `chosen` is the variable `columns`, an empty name for `none of them`.

    `default_country` is the country of lines of a file that has none.
    """

    chosen: Mapping[str, str] = field(default_factory=dict)
    default_country: str = ""

    def count_known(self, header: Iterable[str]) -> int:
        """Return how many columns of invoice lines `header` names clearly."""
        seed = _seed()
        chosen = {plain_name(name) for name in self.chosen.values() if name}
        known = set()
        for name in map(plain_name, header):
            known |= {
                column
                for column, names in seed.names.items()
                if names.get(name, _BELONGS + 1) <= _BELONGS
            }
            known |= {name} & chosen
            known |= {
                column
                for system in seed.systems.values()
                for column, own, is_needed in system
                if own == name and is_needed and len(own) > 5  # not `name`, `item`, `date`
            }
        return len(known)

    def choose(self, where: str, header: Sequence[str]) -> dict[str, int]:
        """Return which column of `header` holds what. Raises InvoiceFileError if it cannot tell."""
        names = [plain_name(name) for name in header]
        found: dict[str, int] = {}
        for column, name in self.chosen.items():
            if name and plain_name(name) in names:
                exact = [number for number, own in enumerate(header) if own.strip() == name.strip()]
                found[column] = exact[0] if exact else names.index(plain_name(name))
        _take_system(found, names, self.chosen)
        doubtful = _take_names(found, names, self.chosen)
        self._require(where, header, found, doubtful)
        if "stock_code" not in found and "description" in found:
            found["stock_code"] = found["description"]
        return found

    def constants(self, found: Mapping[str, int]) -> dict[str, str]:
        """Return what lines have in place of columns that a file lacks."""
        missing = {}
        if "country" not in found:
            missing["country"] = self.default_country
        if "stock_code" not in found:
            missing["stock_code"] = ONLY_ITEM
        return missing

    def _require(
        self,
        where: str,
        header: Sequence[str],
        found: Mapping[str, int],
        doubtful: Mapping[str, list[int]],
    ) -> None:
        if not found and not doubtful:
            raise ForeignFileError(
                f"Not an invoice file: the first lines of {where} hold none of the expected "
                f"columns. Found: {listed(header)}. Expected: {EXPECTED_HEADER}."
            )
        missing = [
            column
            for column in ("invoice_no", "quantity", "invoice_date", "unit_price", "customer_id")
            if column not in found and column not in doubtful
        ]
        if "line_total" in found or "line_total" in doubtful:
            missing = [column for column in missing if column != "unit_price"]
        if "country" not in found and "country" not in doubtful and not self.default_country:
            missing.append("country")
        if missing:
            raise InvoiceFileError(_missing(where, header, found, missing))
        if doubtful:
            shown = [_one_line(name) for name in header]
            choices = "; ".join(
                f"{COLUMNS[column]} ({' or '.join(shown[number] for number in numbers)})"
                for column, numbers in doubtful.items()
            )
            taken = dict(found) | {column: numbers[0] for column, numbers in doubtful.items()}
            raise InvoiceFileError(
                f"Column given twice in {where}: {choices}. Found: {listed(header)}. Say which one "
                f"counts with the variable columns: {_paste(taken, header)}"
            )


def plain_name(name: str) -> str:
    """Return a name without case, accents, punctuation and plurals: `Order IDs` is `orderid`."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.strip())
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    text = "".join(char for char in text if not unicodedata.combining(char))
    words = re.findall(r"[^\W_]+", text)
    return "".join(map(_singular, words))


def header_words(column: str, own: str) -> list[str]:
    """Return what a repeated header may say in a column: the file's own name or a known one.

    In small letters, letters and digits only.
    """
    words = {re.sub(r"[\W_]", "", name.lower()) for name in (own, *_seed().written[column])}
    return sorted(words - {""})


def listed(header: Iterable[str]) -> str:
    """Return the names of a header for a message: all of them, each of a length to read."""
    names = (" ".join(name.split())[:60] for name in header)
    return ", ".join(names).removesuffix(".") or "nothing"


def renamed(found: Mapping[str, int], header: Sequence[str]) -> str:
    """Return what is read as what, where a file's names are not those that are expected."""
    first = _seed().names
    return ", ".join(
        f"{COLUMNS[column]} is {_one_line(header[number])}"
        for column, number in found.items()
        if first[column].get(plain_name(header[number])) != 1
        and (column != "stock_code" or number != found.get("description"))
    )


def _take_system(found: dict[str, int], names: list[str], chosen: Mapping[str, str]) -> None:
    """Add the columns of the shop system, if all that it needs are there."""
    best: dict[str, int] = {}
    for columns in _seed().systems.values():
        if all(name in names for _, name, is_needed in columns if is_needed):
            own = {column: names.index(name) for column, name, _ in columns if name in names}
            best = max(best, own, key=len)
    for column, number in best.items():
        if column not in chosen:
            found.setdefault(column, number)


def _take_names(
    found: dict[str, int], names: list[str], chosen: Mapping[str, str]
) -> dict[str, list[int]]:
    """Add the columns whose names tell; return those that more than one name could tell."""
    doubtful: dict[str, list[int]] = {}
    for column, known in _seed().names.items():
        has_value = {"unit_price", "line_total"} & (found.keys() | doubtful.keys())
        is_excluded = chosen.get(column) == ""
        is_other_amount = column in ("unit_price", "line_total") and has_value
        if column in found or is_excluded or is_other_amount:
            continue
        taken = set(found.values())
        matches = defaultdict(list)
        for number, name in enumerate(names):
            if name in known and number not in taken:
                matches[known[name]].append(number)
        if matches:
            first = matches[min(matches)]
            if len(first) > 1:
                doubtful[column] = first
            else:
                found[column] = first[0]
    return doubtful


def _missing(
    where: str, header: Sequence[str], found: Mapping[str, int], missing: list[str]
) -> str:
    free = {
        plain_name(name): number
        for number, name in enumerate(header)
        if number not in found.values()
    }
    guesses = {}
    for column in missing:
        for known in _seed().names[column]:
            if near := get_close_matches(known, free, 1, 0.8):
                guesses[column] = _one_line(header[free[near[0]]])
                break
    paste = ", ".join(f'{column}: "{guesses.get(column, "...")}"' for column in missing)
    text = (
        f"Missing column in {where}: {', '.join(COLUMNS[column] for column in missing)}. "
        f"Found: {listed(header)}. Expected: {EXPECTED_HEADER} (any order, case and spacing, in "
        "eight languages; others are ignored). "
    )
    if guesses:
        text += f"Did you mean {', '.join(guesses.values())}? "
    text += f"Add the column, or say which one holds it: --vars 'columns: {{{paste}}}'."
    if "customer_id" in missing:
        text += " Without customers nobody can be segmented: an e-mail address will do."
    if "country" in missing:
        text += " Or set the country of all lines: --vars 'default_country: France'."
    return text


def _paste(found: Mapping[str, int], header: Sequence[str]) -> str:
    columns = ", ".join(
        f'{column}: "{_one_line(header[number])}"' for column, number in found.items()
    )
    return f"--vars 'columns: {{{columns}}}'."


def _one_line(name: str) -> str:
    """Return a name of a damaged header, which may run over lines, for a message."""
    return " ".join(name.split())


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    is_plural = word.endswith("s") and (len(word) > 3 or word in ("ids", "nos", "nrs"))
    return word[:-1] if is_plural else word


@cache
def _seed() -> _Seed:
    names: dict[str, dict[str, int]] = {column: {} for column in COLUMNS}
    systems: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    written = {column: [name] for column, name in COLUMNS.items()}
    with _SEED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            column, name = row["column_name"], plain_name(row["header_name"])
            preference = int(row["preference"])
            written[column].append(row["header_name"])
            if row["found_in"] in _LANGUAGES:
                names[column][name] = min(preference, names[column].get(name, preference))
            else:
                systems[row["found_in"]].append((column, name, preference == 1))
    # What messages and clean copies call a column is its first name.
    for column, name in COLUMNS.items():
        names[column][plain_name(name)] = 1
    return _Seed(
        names,
        {system: tuple(columns) for system, columns in systems.items()},
        {column: tuple(own) for column, own in written.items()},
    )
