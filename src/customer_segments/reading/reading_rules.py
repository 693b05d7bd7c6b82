"""What a look at files goes by, and what it has to say that is no error."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict

from customer_segments.reading.column_names import ColumnNames, renamed
from customer_segments.reading.date_order import DateOrder

# So many files are named by their names; of more, the number is told.
_NAMED = 3


class Fields(TypedDict):
    """What of a file's layout its header tells."""

    fields: tuple[tuple[str, int], ...]
    constants: tuple[tuple[str, str], ...]


@dataclass
class Reading:
    """The rules that files are read by, and the notes of what was passed over, lost or chosen.

    `encoding` is that of texts which are neither UTF-8 nor UTF-16; `infer` is for a detector.
    `notes` holds each text with the files that it is about, `originals` what a copy is made of.
    """

    names: ColumnNames = field(default_factory=ColumnNames)
    encoding: str = "infer"
    date_order: DateOrder = "infer"
    notes: dict[str, list[str]] = field(default_factory=dict)
    originals: dict[str, str] = field(default_factory=dict)

    def say(self, file: str, note: str) -> None:
        """Note what people should know of a file."""
        files = self.notes.setdefault(note, [])
        if file not in files:
            files.append(file)

    def fields(self, where: str, file: str, header: Sequence[str]) -> Fields:
        """Return the fields and constants of a layout, and note what is no expected name."""
        found = self.names.choose(self.originals.get(where, where), header)
        if names := renamed(found, header):
            self.say(file, names)
        constants = self.names.constants(found)
        return {"fields": tuple(found.items()), "constants": tuple(constants.items())}

    def say_above(self, file: str, lines: int) -> None:
        """Note how many lines stand above the header, if any do."""
        if lines:
            self.say(
                file, f"the header is below {lines} {'line' if lines == 1 else 'lines'}, skipped"
            )

    def call(self, copy: Path, path: Path) -> None:
        """Let messages about a copy name what it is made of."""
        self.originals[str(copy)] = self.originals.get(str(path), str(path))

    def of_copy(self) -> "Reading":
        """Return the rules for a clean copy, which has the expected names; notes are shared."""
        return replace(self, names=replace(self.names, chosen={}), encoding="infer")

    def digest(self) -> str:
        """Return what changes when a copy would be made otherwise."""
        rules = repr((sorted(self.names.chosen.items()), self.names.default_country, self.encoding))
        return hashlib.sha256(rules.encode()).hexdigest()[:12]

    def sentences(self) -> list[str]:
        """Return each note behind the names of its files."""
        return [f"{_names(files)}: {note}" for note, files in self.notes.items()]


def reading_of(settings: Mapping[str, Any]) -> Reading:
    """Return the rules that the variables of dbt_project.yml set."""
    chosen = {name: str(column or "") for name, column in settings["columns"].items()}
    names = ColumnNames(chosen, settings["default_country"])
    return Reading(names, settings["text_encoding"], settings["date_order"])


def _names(files: list[str]) -> str:
    if len(files) <= _NAMED:
        return ", ".join(files)
    return f"{', '.join(files[:_NAMED])} and {len(files) - _NAMED} more"


def find_header(rows: Sequence[Sequence[str]], names: ColumnNames) -> int | None:
    """Return which of the first rows is the header: the one with the most names that are known."""
    known = [names.count_known(row) for row in rows]
    return known.index(max(known)) if any(known) else None
