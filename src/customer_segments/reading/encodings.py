"""Which encoding a text is in, where it does not say so itself."""

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

from customer_segments.reading.file_layouts import InvoiceFileError
from customer_segments.reading.reading_rules import Reading

_WINDOWS_ONLY = bytes(range(0x80, 0xA0))
_SAMPLE_BYTES = 1 << 16
# What shops write besides Western European: Polish, Russian, Greek, Turkish, Hebrew, Arabic,
# Baltic, Japanese, Chinese, Korean, old Macintoshes and DOS.
_CANDIDATES = [
    *("cp1252", "cp1250", "iso8859_2", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp1257", "cp932", "gb18030", "big5", "cp949", "mac_roman", "cp850"),
]
# One encoding is as likely as another when its text is that little worse: by the share of odd
# characters, and by letters as frequent as in a language (both from charset-normalizer).
_SAME_CHAOS, _SAME_COHERENCE = 0.05, 0.05
# Fewer bytes beyond ASCII, of which no encoding makes sense, are damage, and no language.
_DAMAGED = 20
# In Western European no symbol stands in a word, few of its letters stand side by side, and some
# are of Iceland only: such characters are at most this share of all beyond ASCII.
_LETTERS = "À-ÖØ-öø-ÿŠšŽžŒœŸ"
_ODD = re.compile(
    f"(?<=[A-Za-z])[^A-Za-z{_LETTERS}\\s!-~\u2019](?=[A-Za-z])|(?<=[{_LETTERS}])[{_LETTERS}\u00a1-\u00bf]"
    f"|[\u00a1-\u00bf](?=[{_LETTERS}])|[ÐÝÞðýþ]"
)
_MAX_ODD = 0.2


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

    UTF-8 with some damage has more sound characters beyond ASCII than damaged ones. Else it is the
    encoding of the variable, or what a detector finds: Western European, so Latin-1, or
    Windows-1252 when it has characters where Latin-1 has none, such as the euro sign; or another,
    which is then noted. Raises InvoiceFileError when several others are as likely.
    """
    sound = damaged = 0
    windows = False
    fields: dict[bytes, None] = {}
    size = 0
    for block in blocks:
        if not sound and block.startswith(codecs.BOM_UTF8):
            return "utf-8", True
        if not block.isascii():
            text = block.decode("utf-8", "replace")
            replaced = text.count("\ufffd")
            damaged += replaced
            sound += len(text) - replaced - len(text.encode("ascii", "ignore"))
            windows |= len(block.translate(None, _WINDOWS_ONLY)) < len(block)
            if size < _SAMPLE_BYTES:
                fields |= dict.fromkeys(
                    f for f in re.split(rb"[\r\n,;\t]", block) if not f.isascii()
                )
                size = sum(map(len, fields))
    if sound > damaged:
        return "utf-8", True
    western = ("cp1252", True) if windows else ("latin-1", False)
    if reading.encoding != "infer":
        return _named(reading.encoding)
    sample = b"\n".join(fields)[:_SAMPLE_BYTES]
    if sample.translate(None, b"\xa3").isascii():  # pounds in Latin-1
        return western
    name = "" if _is_western(sample) else _detect(path, sample)
    found = western if name in ("", "latin-1", "cp1252") else (name, True)
    reading.say(
        path.name,
        f"no UTF-8, read as {found[0]}, as it seems (the variable text_encoding sets another)",
    )
    return found


def _is_western(sample: bytes) -> bool:
    """Tell whether a sample makes sense as Western European, which most files are in."""
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    beyond = sum(not char.isascii() for char in text)
    return len(_ODD.findall(text)) <= _MAX_ODD * beyond


def _detect(path: Path, sample: bytes) -> str:
    # Imported here: only who reads such files waits for it.
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=_CANDIDATES, enable_fallback=False)
    likely = {match.encoding: match for match in found if match.encoding in _CANDIDATES}
    if not likely:
        return "latin-1"  # it makes no sense in any
    best = min(likely.values(), key=lambda match: (match.chaos, -match.coherence))
    same = {
        name: str(match)
        for name, match in likely.items()
        if match.chaos <= best.chaos + _SAME_CHAOS
        and match.coherence >= best.coherence - _SAME_COHERENCE
    }
    if len(set(same.values())) == 1:
        return min(same, key=_CANDIDATES.index)
    if sum(byte > 127 for byte in sample) < _DAMAGED:
        return "latin-1"
    raise InvoiceFileError(
        f"Unknown encoding: {path} is neither UTF-8 nor UTF-16 nor Latin-1, and may be any of "
        f"{', '.join(sorted(same))}. Say which one: --vars 'text_encoding: {min(same)}'; or save "
        "it as UTF-8."
    )


def _named(encoding: str) -> tuple[str, bool]:
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise InvoiceFileError(
            f"Unknown encoding: {encoding} (variable text_encoding). Expected infer, or a name "
            "such as utf-8, latin-1, windows-1250 or shift_jis."
        ) from error
    return ("latin-1", False) if name == "iso8859-1" else (name, True)
