"""Look through a text file before DuckDB reads it: delimiter, encoding, quotes, damage.

DuckDB reads a text file by itself only when nothing in it can make it lose, join or refuse a line.
Any other file is read from a clean copy (clean_copies.py).
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray

from customer_segments.reading.clean_copies import (
    MAX_ABOVE,
    MAX_LINES_OF_RECORD,
    copy_as_utf_8,
    copy_repaired,
)
from customer_segments.reading.column_names import EXPECTED_HEADER
from customer_segments.reading.encodings import encoding_of, wide_encoding
from customer_segments.reading.file_layouts import FileLayout, InvoiceFileError
from customer_segments.reading.reading_rules import Reading, find_header
from customer_segments.reading.value_formats import date_shape, decimal_mark

DELIMITERS = (",", ";", "\t", "|")
_HEAD_BYTES = 1 << 16
_HEAD_LINES = 200  # enough to see how numbers and dates are written
_BLOCK_BYTES = 1 << 19  # one without a line break is part of a line DuckDB may refuse: over 2 MB
_QUOTE, _LINE_FEED, _RETURN, _BLANK = 34, 10, 13, 32


def read_text_layout(path: Path, reading: Reading) -> tuple[Path, FileLayout]:
    """Return the file to read for `path`, itself or a clean copy, and how it is written."""
    try:
        return _read_text_layout(path, reading)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvoiceFileError(
            f"Damaged gzip file: {path} cannot be unpacked ({error}). "
            "Copy it again from where it came."
        ) from error


def _read_text_layout(path: Path, reading: Reading) -> tuple[Path, FileLayout]:
    with open_bytes(path) as file:
        head = file.read(_HEAD_BYTES)
    if wide := wide_encoding(head):
        return _read_text_layout(copy_as_utf_8(path, _opener(path, wide), reading), reading)
    text = head.decode("utf-8", "replace")
    if "\0" in re.split(r"[\r\n]", text, maxsplit=1)[0]:
        raise InvoiceFileError(
            f"Not a CSV, Parquet or Excel file: {path} holds binary data. "
            f"Expected text that starts with the header {EXPECTED_HEADER}. Export it as CSV."
        )
    text = _decode(path, head, reading).lstrip("\ufeff")
    if len(head) == _HEAD_BYTES:  # the last line is cut
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    delimiter, header, above = _find_header(text, reading)
    if are_single := _has_single_quotes(text, delimiter):
        delimiter, header, above = _find_header(text, reading, "'")
    fields = reading.fields(str(path), path.name, header)

    facts = _scan(path, delimiter, reading)
    if facts.recode:
        copy = copy_as_utf_8(path, _opener(path, facts.encoding), reading)
        return _read_text_layout(copy, reading)
    reading.say_above(path.name, above)
    first_is_header = not above and text[:1] not in "\r\n" and not _is_separator_note(text)
    if facts.damaged or facts.mixed_line_ends or not first_is_header or are_single:
        quote = "'" if are_single else None if facts.damaged else facts.quote
        opener = _opener(path, facts.encoding)
        copy = copy_repaired(path, opener, header, delimiter, quote, reading)
        return _read_text_layout(copy, reading.of_copy())

    lines = list(islice(_parse(text, delimiter), 1, _HEAD_LINES))

    def values(name: str) -> list[str]:
        number = dict(fields["fields"]).get(name, len(header))
        return [line[number] for line in lines if len(line) > number]

    return path, FileLayout(
        "csv",
        tuple((name, "VARCHAR") for name in header),
        delimiter,
        "latin-1" if facts.encoding == "latin-1" else "utf-8",
        "gzip" if _is_gzip(path) else "none",
        facts.quote,
        facts.multiline,
        decimal_mark(values("unit_price") + values("line_total") + values("quantity")),
        date_shape(values("invoice_date")),
        **fields,
    )


def _has_single_quotes(text: str, delimiter: str) -> bool:
    """Tell whether fields are quoted by single quotes: most lines have one that is, whole.

    A quote before an id alone keeps a spreadsheet from reading it as a number.
    """
    mark = re.escape(delimiter)
    quoted = re.compile(rf"(?:^|{mark})'(?:[^']|'')*'(?={mark}|$)")
    lines = [line for line in re.split(r"[\r\n]+", text) if line][:_HEAD_LINES]
    return '"' not in text and 2 * sum(bool(quoted.search(line)) for line in lines) > len(lines)


def _decode(path: Path, head: bytes, reading: Reading) -> str:
    """Return the first lines of a file; that its last character may be cut is no damage."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        encoding, _ = encoding_of(path, _blocks(path), reading)
        return codecs.getincrementaldecoder(encoding)("replace").decode(head)


def _find_header(text: str, reading: Reading, quote: str = '"') -> tuple[str, list[str], int]:
    """Return the delimiter, the header, and how many lines stand above it.

    The delimiter is the one that makes the header mean something.
    """
    best: tuple[int, str, list[str], int] = (-1, DELIMITERS[0], [], 0)
    for delimiter in DELIMITERS:
        rows = list(islice(_parse(text, delimiter, quote), MAX_ABOVE + 1))
        place = find_header(rows, reading.names) or 0
        header = rows[place] if rows else []
        known = reading.names.count_known(header)
        if known > best[0]:
            best = known, delimiter, header, place
    return best[1:]


def open_bytes(path: Path) -> IO[bytes]:
    """Open `path`, unpacked if it is a gzip file."""
    return gzip.open(path, "rb") if _is_gzip(path) else path.open("rb")  # type: ignore[return-value]


def _opener(path: Path, encoding: str) -> Callable[[], IO[str]]:
    """Return what opens `path` as text: line ends as they are, characters that are none marked."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding  # without the mark of UTF-8
    return lambda: io.TextIOWrapper(open_bytes(path), codec, errors="replace", newline="")


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _parse(text: str, delimiter: str, quote: str = '"') -> Iterator[list[str]]:
    """Yield the header and the first lines; damage may cut them short."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    with suppress(csv.Error):
        above = True
        for row in rows:
            above = above and (not row or _is_separator_note(row[0]))
            if row and not above:
                yield row


def _is_separator_note(line: str) -> bool:
    """Tell whether `line` is the `sep=;` that Excel can want above the header."""
    return line.lower().startswith(("sep=", '"sep='))


@dataclass
class _Facts:
    """What a look at every byte of a file told."""

    encoding: str = "utf-8"
    quote: Literal['"', ""] = ""
    multiline: bool = False
    recode: bool = False  # DuckDB cannot read the encoding
    mixed_line_ends: bool = False
    damaged: bool = False  # quotes do not add up, or a line is longer than DuckDB reads


def _scan(path: Path, delimiter: str, reading: Reading) -> _Facts:
    """Look at every byte of `path`.

    Quotes are sound when each that opens a field stands at its start and each that closes one at
    its end: then every reader agrees on where lines end. Without a quote at the start of a field,
    all are plain characters, such as inches.
    """
    facts = _Facts()
    decoder = codecs.getincrementaldecoder("utf-8")()
    quotes = _Quotes(delimiter)
    valid = True
    line_feeds = lone_returns = False
    before = b""
    for block in _blocks(path):
        if valid and not (block.isascii() and not decoder.getstate()[0]):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                valid = False
        quotes.add(block if before else block.removeprefix(codecs.BOM_UTF8) or b"\n")
        line_feeds |= b"\n" in block
        lone_returns |= before == b"\r" and not block.startswith(b"\n")
        lone_returns |= block.count(b"\r") - block.endswith(b"\r") != block.count(b"\r\n")
        before = block[-1:]
        if len(block) == _BLOCK_BYTES and b"\n" not in block and b"\r" not in block:
            facts.damaged = True
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        valid = False
    # After a carriage return alone DuckDB passes over a character, in a file with other line ends.
    facts.mixed_line_ends = line_feeds and (lone_returns or before == b"\r")
    if not valid:
        facts.encoding, facts.recode = encoding_of(path, _blocks(path), reading)
    if quotes.open_fields:
        facts.quote = '"'
        facts.multiline = quotes.multiline
        facts.damaged |= not quotes.finish()
    return facts


class _Quotes:
    """Follows the quotes of a file block by block: those that open a field and those that close."""

    def __init__(self, delimiter: str) -> None:
        self.open_fields = False  # some quote stands at the start of a field
        self.multiline = False  # some quoted field holds a line break
        self._sound = True
        self._inside = 0  # 1 while a quoted field is open
        self._before = _LINE_FEED  # the byte before the block
        self._closed_at_end = False  # the block before ended with a closing quote
        self._before_that = _LINE_FEED  # and the one before
        self._starts = np.zeros(256, bool)
        self._starts[[ord(delimiter), _LINE_FEED, _RETURN]] = True
        self._edges = self._starts.copy()
        self._edges[_QUOTE] = True

    def add(self, block: bytes) -> None:
        """Take the next block into account."""
        if b'"' not in block:
            # A field that is open for a whole block is one that was never closed.
            self._sound &= not (self._inside and len(block) == _BLOCK_BYTES)
            self.multiline |= bool(self._inside) and (b"\n" in block or b"\r" in block)
            self._sound &= not (self._closed_at_end and not self._edges[block[0]])
            self._closed_at_end = False
        else:
            self._add_quotes(np.frombuffer(block, np.uint8))
        self._before_that = block[-2] if len(block) > 1 else self._before
        self._before = block[-1]

    def _add_quotes(self, block: NDArray[np.uint8]) -> None:
        quotes = np.flatnonzero(block == _QUOTE)
        if self._closed_at_end:
            self._sound &= bool(self._edges[block[0]])
        around = np.empty(len(block) + 2, np.uint8)
        around[0], around[1:-1], around[-1] = self._before, block, _LINE_FEED
        opening, closing = quotes[self._inside :: 2], quotes[1 - self._inside :: 2]
        self._note_blanks(around, opening)
        before, after = around[opening], around[closing + 2]
        self.open_fields |= bool(self._starts[around[quotes]].any())
        self._sound &= bool(self._edges[before].all() and self._edges[after].all())
        breaks = np.flatnonzero((block == _LINE_FEED) | (block == _RETURN))
        field = np.searchsorted(quotes, breaks) + self._inside
        held = field[field & 1 == 1]
        if held.size:
            self.multiline = True
            self._sound &= int(np.bincount(held).max()) <= 2 * MAX_LINES_OF_RECORD
        self._inside = (self._inside + len(quotes)) & 1
        self._closed_at_end = bool(quotes[-1] == len(block) - 1) and not self._inside

    def _note_blanks(self, around: NDArray[np.uint8], opening: NDArray[np.int64]) -> None:
        """Note a quote behind a blank at the start of a field: DuckDB takes it for a character."""
        after_blank = opening[around[opening] == _BLANK]
        two_before = np.where(
            after_blank > 0, around[np.maximum(after_blank, 1) - 1], self._before_that
        )
        if self._starts[two_before].any():
            self.open_fields = True
            self._sound = False

    def finish(self) -> bool:
        """Tell whether all quotes were sound, at the end of the file."""
        return self._sound and not self._inside


def _blocks(path: Path) -> Iterator[bytes]:
    with open_bytes(path) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
