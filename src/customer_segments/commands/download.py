"""What `make data` runs: fetch the public "Online Retail" workbook and check it, byte for byte.

Nothing comes to lie under the final name but the workbook whose SHA-256 is written below. UCI
publishes no checksum; data/public/README.md says where these two come from, and their worth.
"""

import errno
import os
import re
import stat
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from customer_segments.project import PROJECT

FOLDER = PROJECT / "data" / "public"
URL = "https://archive.ics.uci.edu/static/public/352/online+retail.zip"
ARCHIVE_SHA256 = "f5385cbb54bbebf7196389109c6b0621faab0c304e3702548165e71c84aede8b"
WORKBOOK = "Online Retail.xlsx"
WORKBOOK_SHA256 = "43465a06f2ccf7c8b5bd2892bc7defb52f97487934fe93b16ae4c3936424676d"

ATTEMPTS = 5  # pooch waits 1 s before the second, 2 s before the third ...
TIMEOUT = 30.0  # seconds to connect, and to wait for the next bytes
MAX_BYTES = 100_000_000  # of the archive, and of the workbook; both have 23 MB
TRANSIENT_STATUS = (408, 425, 429, 500, 502, 503, 504)
USUAL_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class DownloadError(Exception):
    """The data cannot be had. The message says what happened and how to go on."""


def data(arguments: list[str]) -> int:
    """Run `make data`; return the exit code. The environment may hold DATA_FILE, DATA_SHA256."""
    if len(arguments) > 1:
        print("usage: customer-segments data [archive that you have]", file=sys.stderr)
        return 2
    code = 1
    try:
        checksum = os.environ.get("DATA_SHA256", "").strip().lower() or ARCHIVE_SHA256
        if not re.fullmatch("[0-9a-f]{64}", checksum):
            raise DownloadError(f"DATA_SHA256 is no SHA-256 (64 hex digits): {checksum}")
        own_copy = arguments[0] if arguments else os.environ.get("DATA_FILE", "")
        workbook = fetch(checksum, Path(own_copy).expanduser() if own_copy else None)
    except DownloadError as error:
        message = f"Error: {error}"
    except OSError as error:
        message = (
            f"Error: {error.filename or FOLDER}: {error.strerror}. Make room, or give yourself "
            "the right to write there, and run `make data` again."
        )
    except KeyboardInterrupt:
        code, message = 130, "Interrupted. Run `make data` again to begin anew."
    else:
        print(f'Now run: make build INVOICE_LINES="{os.path.relpath(workbook)}"')
        return 0
    print(f"\n{message}", file=sys.stderr)
    return code


def fetch(archive_sha256: str, own_copy: Path | None = None) -> Path:
    """Have the workbook in FOLDER, out of the archive at URL or `own_copy`; return its path.

    Raise DownloadError, or OSError where FOLDER cannot be written; its files are then as before.
    """
    from pooch import file_hash

    target = FOLDER / WORKBOOK
    if target.is_file() and file_hash(target) == WORKBOOK_SHA256:
        print(f"{target} is there and verified; nothing to do.")
        return target
    if own_copy and not own_copy.is_file():
        raise DownloadError(f"No such file: {own_copy}. FILE is the archive, {URL}.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix=".download-") as work:
        archive = own_copy or _download(work)
        if (found := file_hash(archive)) != archive_sha256:
            raise DownloadError(
                f"{archive.name} is not the expected archive: its SHA-256 is {found}, not "
                f"{archive_sha256}. Try again; if it stays so, the publisher has changed the "
                f"archive. If you trust it, run: make data DATA_SHA256={found}"
            )
        unpacked = _unpack(archive, work)
        if file_hash(unpacked) != WORKBOOK_SHA256:
            raise DownloadError(
                f"{WORKBOOK} in {archive.name} is not the edition that this project knows. "
                f"To build from it all the same, unpack {URL} yourself."
            )
        os.replace(unpacked, target)
    print(f"{target} is verified (SHA-256 {WORKBOOK_SHA256}).")
    return target


def _download(work: str) -> Path:
    """Download the archive into `work`, in as many attempts as it takes; return its path."""
    import pooch

    name = Path(urlsplit(URL).path).name
    # `fetch` compares the checksum: here, a changed archive would be downloaded five times.
    files = pooch.create(
        work, "", registry={name: None}, urls={name: URL}, retry_if_failed=ATTEMPTS - 1
    )
    try:  # pooch says what it fetches, and that it tries again
        return Path(files.fetch(name, downloader=_attempt))
    except (DownloadError, ValueError) as error:
        raise DownloadError(
            f"{error} Run `make data` again later (data/public/README.md says what a proxy needs), "
            f"or download {URL} with a browser and run `make data FILE=path/of/the.zip`."
        ) from error


def _attempt(url: str, path: str, _: object) -> None:
    """Download `url` to `path`. After a ValueError, pooch tries again; not after DownloadError.

    Proxies are those of the environment, as requests has it.
    """
    import pooch
    import requests

    # Packed on the way, the body would not have the size that is announced.
    headers = {"User-Agent": "customer-segments", "Accept-Encoding": "identity"}
    with open(path, "wb") as file:
        body = _Body(file)
        try:
            pooch.HTTPDownloader(body, timeout=TIMEOUT, headers=headers)(url, body, None)
        except requests.HTTPError as error:
            answer: Any = error.response
            kind = ValueError if answer.status_code in TRANSIENT_STATUS else DownloadError
            raise kind(f"{answer.url} answered {answer.status_code} {answer.reason}.") from error
        except (OSError, ValueError) as error:  # those of requests are OSErrors
            if getattr(error, "errno", None) is not None:
                raise  # a full disk, not the connection
            if body.total is None:
                reason = _first_cause(error)
                raise ValueError(f"No connection to {urlsplit(url).hostname}: {reason}.") from error
            of = f" of {body.total:,}" if body.total else ""
            raise ValueError(f"The connection ended after {body.size:,}{of} bytes.") from error
        finally:
            body.show(end="\n")


def _first_cause(error: BaseException) -> str:
    """Return the system's own words, which urllib3 and requests each wrap in an error of theirs."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return str(getattr(error, "strerror", None) or error).rstrip(".")


class _Body:
    """File and progress bar in one, for pooch: it stops what is too much and shows the rest.

    The bar alone could not: pooch tells it the size of a full chunk, whatever has arrived.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.size = file, 0
        self.total: int | None = None  # bytes, set by pooch: 0 if the server announces no length
        self.start = self.shown = time.monotonic()

    def write(self, chunk: bytes) -> None:
        """Write what has arrived, as long as it is not too much."""
        self.size += len(chunk)
        if self.size > MAX_BYTES:
            raise DownloadError(f"The archive is larger than {MAX_BYTES:,} bytes: not this data.")
        self.file.write(chunk)
        self.show()

    def show(self, end: str = "") -> None:
        """Print one line, written over on a terminal; elsewhere a line every ten seconds."""
        live, now = sys.stdout.isatty(), time.monotonic()
        if self.size and (end or now - self.shown >= (0.1 if live else 10)):
            self.shown = now
            of = f" of {self.total / 1e6:.1f}" if self.total else ""
            rate = self.size / max(now - self.start, 1e-6)
            line = f"  {self.size / 1e6:.1f}{of} MB, {rate / 1e6:.1f} MB/s"
            print(f"\r\x1b[K{line}" if live else line, end=end if live else "\n", flush=True)

    def _ignore(self, *_: int) -> None: ...

    flush = update = reset = close = _ignore  # what else pooch asks of a file and of a bar


def _unpack(archive: Path, work: str) -> Path:
    """Unpack the workbook, alone in `archive`, into `work`; return its path."""
    try:
        with zipfile.ZipFile(archive) as opened:
            # Of the size that was checked, no more: zipfile stops there.
            return Path(opened.extract(_only_member(opened.infolist()), work))
    except DownloadError:
        raise
    except Exception as error:  # of many kinds: BadZipFile, zlib.error, OSError for a bad seek ...
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # a full disk, not a damaged archive
        words = str(error).rstrip(".") or type(error).__name__
        raise DownloadError(f"{archive.name} is a damaged archive: {words}.") from error


def _only_member(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Return the one member: a plain file, in the clear, of a size that can be true."""
    if [member.filename for member in members] != [WORKBOOK]:
        names = ", ".join(repr(member.filename) for member in members[:5]) or "nothing"
        raise DownloadError(f"The archive holds {names}, where {WORKBOOK!r} alone was expected.")
    [member] = members
    for problem, is_so in (
        ("is encrypted", member.flag_bits & 1),
        ("is no plain file", stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG)),
        ("is packed in an unusual way", member.compress_type not in USUAL_PACKING),
        ("is too large", member.file_size > MAX_BYTES),
    ):
        if is_so:
            raise DownloadError(f"{WORKBOOK!r} in the archive {problem}: it was not unpacked.")
    return member
