"""Clean copies of what DuckDB cannot read by itself: Excel sheets, packed and damaged text files.

A copy is made once for a content of the file and kept in `target/invoice_lines/` as long as the
file has that content: a line that was taken out of a file must not stay in a copy of it.
"""

import csv
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO, Any, Literal

from customer_segments.reading.column_names import COLUMNS, plain_name
from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.reading_rules import Reading

FOLDER = Path("target/invoice_lines")
_VERSION = 5  # count up when copies are written differently: old ones are then removed
_STATE_PARTS = 4  # and the path
# In the folder of each state: the state, a folder of the copies, and what is to be said of them.
_STATE = "state"
_COPIES = "copies"
_NOTES = "notes"

# A quoted field may run over so many lines; one that seems to run further was never closed.
MAX_LINES_OF_RECORD = 20
# A header may stand below so many lines of titles.
MAX_ABOVE = 20
# No field of an invoice line is longer: what is cut was no such field, and DuckDB reads lines of
# at most 2 MB.
_MAX_FIELD = 10_000
csv.field_size_limit(1 << 24)  # longer fields are cut below, not refused


def copy_as_utf_8(path: Path, open_text: Callable[[], IO[str]], reading: Reading) -> Path:
    """Return the copy in UTF-8 of a text file in an encoding that DuckDB cannot read."""

    def write(folder: Path, _: Reading) -> None:
        with (
            open_text() as text,
            (folder / path.name).open("w", encoding="utf-8", newline="") as copy,
        ):
            shutil.copyfileobj(text, copy, 1 << 20)

    return copies_of(path, write, reading)[0]


def copy_repaired(
    path: Path,
    open_text: Callable[[], IO[str]],
    header: Sequence[str],
    delimiter: str,
    quote: str | None,
    reading: Reading,
) -> Path:
    """Return the copy of a text file that DuckDB would misread, its header in the first line.

    `quote` is None where the quotes do not add up, empty where they are plain characters, and a
    single quote where fields are quoted by it. What stands above the header is left out.
    """

    def write(folder: Path, reading: Reading) -> None:
        with open_text() as text:
            if quote is None:
                records: Iterator[list[str]] = _records(text, delimiter, len(header))
            else:
                quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
                records = filter(
                    None,
                    csv.reader(text, delimiter=delimiter, quoting=quoting, quotechar=quote or '"'),
                )
            if not any(_is_header(record, header) for record in islice(records, MAX_ABOVE + 1)):
                raise InvoiceFileError(
                    f"Damaged header in {path}: its quotes do not add up. Write it again, without "
                    "quotes."
                )
            fields = reading.fields(str(path), path.name, header)["fields"]
            write_csv(folder / path.name, dict(fields), len(header), records, delimiter)

    return copies_of(path, write, reading)[0]


def copies_of(path: Path, write: Callable[[Path, Reading], None], reading: Reading) -> list[Path]:
    """Return the copies of `path` as it is now; `write` puts missing ones in a folder."""
    state = _state(path, reading.digest())
    folder = (FOLDER / hashlib.sha256(state).hexdigest()[:20]).absolute()
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder.parent))
        try:
            (unfinished / _STATE).write_bytes(state)
            (unfinished / _COPIES).mkdir()
            own = replace(reading, notes={})
            write(unfinished / _COPIES, own)
            (unfinished / _NOTES).write_text(json.dumps(own.notes), encoding="utf-8")
            unfinished.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another build made the same copy in the meantime
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    for note, files in json.loads((folder / _NOTES).read_text(encoding="utf-8")).items():
        for file in files:
            reading.say(file, note)
    copies = sorted((folder / _COPIES).iterdir())
    for copy in copies:
        reading.call(copy, path)
    return copies


def remove_stale_copies() -> None:
    """Remove the copies of files that are gone or have changed, whichever build made them.

    And then the copies of these copies.
    """
    while stale := [folder for folder in FOLDER.glob("*/") if not _is_current(folder)]:
        for folder in stale:
            shutil.rmtree(folder)


def _is_current(folder: Path) -> bool:
    note = folder / _STATE
    if not note.is_file():  # another build may be about to write it
        return folder.name.startswith(".")
    try:
        state = note.read_bytes()
        *_, size, _, digest, path = state.split(b" ", _STATE_PARTS)
        file = Path(os.fsdecode(path))
        return int(size) == file.stat().st_size and state == _state(file, digest.decode())
    except (OSError, ValueError):
        return False


def _state(path: Path, digest: str) -> bytes:
    """Return what changes with the content of a file, or with the rules that it is read by.

    All of the content: times and sizes can be set back, and clocks are too coarse to tell two
    changes apart.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        content = hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    return f"{_VERSION} {size} {content} {digest} ".encode() + os.fsencode(path)


def write_csv(
    path: Path,
    fields: Mapping[str, int],
    width: int,
    records: Iterable[Sequence[str]],
    delimiter: str = ",",
) -> None:
    """Write the columns of `fields`, and as one more field what is beyond the header's `width`."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS[column] for column in fields)
        for record in records:
            written = [record[number] if number < len(record) else "" for number in fields.values()]
            beyond = delimiter.join(field for field in record[width:] if field)
            if beyond:
                written.append(beyond)
            writer.writerow([_clean(field) for field in written])


def _clean(field: str) -> str:
    """Return `field` without what made the copy necessary: its length, zero bytes, returns."""
    field = field[:_MAX_FIELD]
    if "\r" in field or "\0" in field:
        field = field.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    return field


def _records(text: Iterable[str], delimiter: str, width: int) -> Iterator[list[str]]:
    """Yield each record of a damaged text.

    A line is a record. Lines are joined only where that gives a whole one, so a quote that is
    never closed costs its own line and not the rest of the file.
    """
    lines = iter(text)
    ahead: deque[str] = deque()
    while line := ahead.popleft() if ahead else next(lines, ""):
        content = line.rstrip("\r\n")
        if not content:
            continue
        if '"' not in content:
            yield content.split(delimiter)
            continue
        record = _parse(content, delimiter, width)
        joined = 1
        while record is None and joined < MAX_LINES_OF_RECORD:
            if len(ahead) < joined:
                following = next(lines, "")
                if not following:
                    break
                ahead.append(following)
            line += ahead[joined - 1]
            joined += 1
            record = _parse(line.rstrip("\r\n"), delimiter)
            if record is not None and len(record) != width:
                record = None
        if record is None:
            yield _parse(content, delimiter, strict=False) or content.split(delimiter)
            continue
        for _ in range(joined - 1):
            ahead.popleft()
        yield record


def _is_header(record: Sequence[str], header: Sequence[str]) -> bool:
    """Tell whether two say the same: how their quotes were taken may differ."""
    return list(map(plain_name, record)) == list(map(plain_name, header))


# How quotes may be written, in the order in which they are tried: as spreadsheets do, with a
# backslash before a quote within, with a blank before the first one, with both.
_QUOTINGS: tuple[dict[str, Any], ...] = (
    {},
    {"escapechar": "\\", "doublequote": False},
    {"skipinitialspace": True},
    {"skipinitialspace": True, "escapechar": "\\", "doublequote": False},
)


_BLANK_AND_QUOTE = re.compile(r' +"')


def _parse(
    line: str, delimiter: str, width: int | None = None, strict: bool = True
) -> list[str] | None:
    """Return the fields of `line`; None when its quotes do not add up.

    With a `width`, other quotings are tried where the usual one does not give so many fields.
    """
    first: list[str] | None = None
    for quoting in _QUOTINGS[: None if width else 1]:
        try:
            record = next(csv.reader([line], delimiter=delimiter, strict=strict, **quoting), None)
        except csv.Error:
            continue
        if record is None or (quoting and len(record) != width):
            continue
        is_whole = len(record) == width and not any(map(_BLANK_AND_QUOTE.match, record))
        first = record if first is None or is_whole else first
        if is_whole:
            break
    return first
