"""Files in a file: what is packed, and JSON, as copies that the other readers take."""

import bz2
import gzip
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import IO, cast

import duckdb
import pyarrow as pa

from customer_segments.project import first_line
from customer_segments.reading.clean_copies import copies_of
from customer_segments.reading.file_layouts import (
    InvoiceFileError,
    sql_name,
    sql_path,
    sql_text,
)
from customer_segments.reading.reading_rules import Reading

# A gzip file of text DuckDB reads by itself; these, packed by gzip, it does not.
_NO_TEXT = (b"{", b"[", b"PAR1", b"PK")
_BZIP2, _ZSTD, _GZIP = b"BZh", b"\x28\xb5\x2f\xfd", b"\x1f\x8b"
_PACKED = (_BZIP2, _ZSTD)
# What programs add to an archive that holds no lines.
_BESIDE = ("__MACOSX/", ".DS_Store")


def copy_unpacked(path: Path, start: bytes, reading: Reading) -> Path | None:
    """Return the copy of what `path` packs, None if it packs nothing. `start` is how it begins."""
    member = None
    if start.startswith(b"PK"):
        member = _only_member(path)
        if member is None:
            return None
    elif not start.startswith(_PACKED) and not (start.startswith(_GZIP) and _is_no_text(path)):
        return None
    name = f"{path.name}#{member.filename}".replace("/", "_") if member else path.name

    def write(folder: Path, _: Reading) -> None:
        with _open(path, start, member) as packed, (folder / name).open("wb") as copy:
            shutil.copyfileobj(packed, copy, 1 << 20)

    try:
        return copies_of(path, write, reading)[0]
    except (EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, OSError) as error:
        if isinstance(error, InvoiceFileError) or getattr(error, "filename", None):
            raise
        raise InvoiceFileError(
            f"Damaged packed file: {path} cannot be unpacked ({error}). Copy it again from where "
            "it came, or unpack it yourself."
        ) from error


def _open(path: Path, start: bytes, member: zipfile.ZipInfo | None) -> IO[bytes]:
    """Open what `path` packs, in an archive its `member`."""
    if member:
        return zipfile.ZipFile(path).open(member)
    if start.startswith(_ZSTD):
        return cast(IO[bytes], pa.CompressedInputStream(str(path), "zstd"))
    opener = bz2.open if start.startswith(_BZIP2) else gzip.open
    return cast(IO[bytes], opener(path, "rb"))


def copy_json(path: Path, reading: Reading) -> list[Path]:
    """Return the Parquet copy of a JSON array or of JSON lines, each value as text."""

    def write(folder: Path, _: Reading) -> None:
        options = "sample_size = -1, maximum_depth = 1, compression = 'none'"
        source = f"read_json({sql_path(path)}, {options})"
        try:
            names = [str(row[0]) for row in duckdb.execute(f"describe from {source}").fetchall()]
            columns = ", ".join(f"{sql_name(name)} ->> '$' as {sql_name(name)}" for name in names)
            target = sql_text(str(folder / path.name))
            duckdb.execute(f"copy (select {columns} from {source}) to {target} (format parquet)")
        except duckdb.Error as error:
            raise InvoiceFileError(
                f"Damaged JSON file: {path} cannot be read as an array of objects or one object a "
                f"line ({first_line(error)}). Export the lines as CSV."
            ) from error

    return copies_of(path, write, reading)


def _is_no_text(path: Path) -> bool:
    try:
        with gzip.open(path, "rb") as file:
            return file.read(8).lstrip().startswith(_NO_TEXT)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return False  # read_text_layout says what is wrong with it


def _only_member(path: Path) -> zipfile.ZipInfo | None:
    """Return the file in a zip archive; None for a workbook, which is such an archive too.

    Raises InvoiceFileError when it holds none or several: which of them count is not to be guessed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        return None  # copy_workbook says what is wrong with it
    names = {member.filename for member in members}
    if names & {"[Content_Types].xml", "mimetype", "xl/workbook.xml"}:
        return None
    files = [
        member
        for member in members
        if not member.is_dir()
        and not member.filename.startswith(_BESIDE[0])
        and not member.filename.endswith(_BESIDE[1])
    ]
    if len(files) == 1:
        return files[0]
    found = ", ".join(member.filename for member in files[:20]) or "nothing"
    raise InvoiceFileError(
        f"Not one file in {path}: found {found}. Unpack it into a folder, and set INVOICE_LINES to "
        "that folder."
    )
