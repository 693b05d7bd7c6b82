"""Which encoding a text is in, where it does not say so itself."""

import codecs
from collections.abc import Iterable
from pathlib import Path

from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.reading_rules import Reading

_WINDOWS_ONLY = bytes(range(0x80, 0xA0))


def wide_encoding(head: bytes) -> str | None:
    """Return the UTF-16 that `head` is in, if it is: by its mark, or its letters beside zeros."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    start = head[:40]
    if len(start) > 8 and not any(start[1::2]) and all(start[::2]):
        return "utf-16-le"
    return "utf-16-be" if len(start) > 8 and not any(start[::2]) and all(start[1::2]) else None


def encoding_of(path: Path, blocks: Iterable[bytes], reading: Reading) -> tuple[str, bool]:
    """Return the encoding of a file that is not valid UTF-8, and whether DuckDB needs a copy.

    UTF-8 with some damage has more sound characters beyond ASCII than damaged ones; else it is
    Latin-1, or Windows-1252 when it has characters where Latin-1 has none, such as the euro sign.
    """
    sound = damaged = 0
    windows = False
    for block in blocks:
        if not sound and block.startswith(codecs.BOM_UTF8):
            return "utf-8", True
        if not block.isascii():
            text = block.decode("utf-8", "replace")
            replaced = text.count("\ufffd")
            damaged += replaced
            sound += len(text) - replaced - len(text.encode("ascii", "ignore"))
            windows |= len(block.translate(None, _WINDOWS_ONLY)) < len(block)
    if sound > damaged:
        return "utf-8", True
    return ("cp1252", True) if windows else ("latin-1", False)
