"""What `make data` runs: fetch the public "Online Retail" workbook and check it, byte for byte.

Nothing comes to lie under the final name but the workbook whose SHA-256 is written below. The
archive is checked before it is opened, the workbook before it is moved into place. UCI publishes
no checksum; data/public/README.md says where these two come from, and what that is worth.
"""

import hashlib
import http.client
import os
import re
import ssl
import stat
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FOLDER = Path(__file__).resolve().parents[2] / "data" / "public"
USAGE = "usage: customer-segments data [path of an archive that you have already]"
NEXT = (
    "Run `make data` again later (what has arrived is kept), or download {url} with a browser and "
    "run `make data FILE=path/of/the.zip`."
)
BLOCK = 1 << 16
LOOPBACK = ("127.0.0.1", "::1", "localhost")
USUAL_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
TRANSIENT_STATUS = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Source:
    """An archive that holds one file, and what both must hash to."""

    url: str
    archive_sha256: str
    member: str
    member_sha256: str


ONLINE_RETAIL = Source(
    url="https://archive.ics.uci.edu/static/public/352/online+retail.zip",
    archive_sha256="f5385cbb54bbebf7196389109c6b0621faab0c304e3702548165e71c84aede8b",
    member="Online Retail.xlsx",
    member_sha256="43465a06f2ccf7c8b5bd2892bc7defb52f97487934fe93b16ae4c3936424676d",
)


@dataclass(frozen=True)
class Limits:
    """When to wait, to try again, and to give up. The archive has 23 MB, as has the workbook."""

    attempts: int = 5
    pause: float = 1.0  # seconds before the second attempt; it doubles with each
    timeout: float = 30.0  # seconds to connect, and to wait for the next bytes
    slow_rate: float = 2_000.0  # bytes a second: less than that, over `slow_seconds`, ends it
    slow_seconds: float = 60.0
    archive_bytes: int = 100_000_000
    member_bytes: int = 100_000_000
    ratio: float = 20.0  # unpacked to packed; a workbook is compressed already, so 1 is usual


class DownloadError(Exception):
    """The data cannot be had. The message says what happened and how to go on."""


class _TransientError(DownloadError):
    """The next attempt may fare better."""


def data(arguments: list[str]) -> int:
    """Run `make data`; return the exit code. The environment may hold DATA_FILE, DATA_SHA256."""
    if len(arguments) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        source = ONLINE_RETAIL
        if checksum := os.environ.get("DATA_SHA256", "").strip().lower():
            if not re.fullmatch("[0-9a-f]{64}", checksum):
                raise DownloadError(f"DATA_SHA256 is no SHA-256 (64 hex digits): {checksum}")
            source = replace(source, archive_sha256=checksum)
        own_copy = arguments[0] if arguments else os.environ.get("DATA_FILE", "")
        workbook = fetch(source, FOLDER, Path(own_copy).expanduser() if own_copy else None)
    except DownloadError as error:
        print(f"\nError: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"\nError: {error.filename or FOLDER}: {error.strerror}. Make room, or give yourself "
            "the right to write there, and run `make data` again.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run `make data` again to go on from here.", file=sys.stderr)
        return 130
    print(f'Now run: make build INVOICE_LINES="{os.path.relpath(workbook)}"')
    return 0


def fetch(
    source: Source, folder: Path, own_copy: Path | None = None, limits: Limits | None = None
) -> Path:
    """Have the member of `source` in `folder`, downloaded or out of `own_copy`; return its path."""
    limits = limits or Limits()
    target = folder / source.member
    if target.is_file() and _sha256(target) == source.member_sha256:
        print(f"{target} is there and verified; nothing to do.")
        return target
    folder.mkdir(parents=True, exist_ok=True)
    if own_copy is not None:
        if not own_copy.is_file():
            raise DownloadError(f"No such file: {own_copy}. FILE is the archive, {source.url}.")
        _unpack(source, own_copy, target, limits)
    else:
        part = folder / (Path(urlsplit(source.url).path).name + ".part")
        _download(source, part, limits)
        try:
            _unpack(source, part, target, limits)
        except DownloadError:
            _discard(part)
            raise
        _discard(part)
    print(f"{target} is verified (SHA-256 {source.member_sha256}).")
    return target


def _download(source: Source, part: Path, limits: Limits) -> None:
    """Complete `part`. What has arrived stays for the next attempt, or the next run."""
    if part.is_file() and _sha256(part) == source.archive_sha256:
        return
    print(f"Fetching {source.url}", flush=True)
    for attempt in range(limits.attempts):
        try:
            return _attempt(source.url, part, limits)
        except DownloadError as error:
            if not isinstance(error, _TransientError) or attempt + 1 == limits.attempts:
                raise DownloadError(f"{error} {NEXT.format(url=source.url)}") from error
            seconds = limits.pause * 2**attempt
            print(f"  {error} Trying again in {seconds:g} s.", flush=True)
            time.sleep(seconds)


def _attempt(url: str, part: Path, limits: Limits) -> None:
    """Request what is missing from `part`, or all of it if the server does not do parts."""
    tag = _tag(part)
    request = urllib.request.Request(url, headers={"User-Agent": "customer-segments"})
    size = part.stat().st_size if part.exists() and tag.exists() else 0
    if size:  # If-Range: the rest of the file that the part is from, or another file in full
        request.add_header("Range", f"bytes={size}-")
        request.add_header("If-Range", tag.read_text("latin-1"))
    with _open(request, part, limits) as response:
        if response.status == http.HTTPStatus.PARTIAL_CONTENT:
            header = response.headers.get("Content-Range", "")
            found = re.match(r"bytes (\d{1,15})-\d+/(\d{1,15})$", header)
            if found is None or int(found[1]) != size:
                _discard(part)
                raise _TransientError("The server sent another part than the one asked for.")
            total = int(found[2])
        else:
            size, total = 0, response.length or 0  # UCI may send it in chunks of no stated total
        with part.open("ab" if size else "wb") as file:
            if not size:
                _keep_tag(tag, response.headers)
            progress = _Progress(size, total)
            try:
                for block in _blocks(response, limits):
                    size += file.write(block)
                    if size > limits.archive_bytes:
                        break
                    progress.show(size)
            finally:
                progress.show(size, last=True)
    if size > limits.archive_bytes:
        _discard(part)
        raise DownloadError(f"{url} is larger than {limits.archive_bytes:,} bytes: not this data.")
    if size < total:
        raise _TransientError(f"The connection ended after {size:,} of {total:,} bytes.")


def _open(request: urllib.request.Request, part: Path, limits: Limits) -> Any:
    """Return the response. Proxies are those of the environment, as everywhere in urllib."""
    opener = urllib.request.build_opener(_SafeRedirects(request.full_url))
    host = urlsplit(request.full_url).hostname
    try:
        return opener.open(request, timeout=limits.timeout)
    except urllib.error.HTTPError as error:
        error.close()
        message = f"{error.url} answered {error.code} {' '.join(str(error.reason).split())}."
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            _discard(part)  # it does not belong to what the server has now
        elif error.code not in TRANSIENT_STATUS:
            raise DownloadError(message) from error
        raise _TransientError(message) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise DownloadError(
                f"The certificate of {host} cannot be verified ({reason.verify_message}). Behind "
                "a proxy that opens TLS, set SSL_CERT_FILE to the file of its certificate."
            ) from error
        raise _TransientError(f"No connection to {host}: {_words(reason)}.") from error


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to https only; tests, which start on loopback http, may stay there."""

    max_redirections = 5

    def __init__(self, start: str) -> None:
        self.may_stay_local = _is_local(start)

    def redirect_request(self, request: Any, *details: Any) -> urllib.request.Request | None:
        url = details[-1]
        if urlsplit(url).scheme != "https" and not (self.may_stay_local and _is_local(url)):
            details[0].close()
            raise DownloadError(f"{request.full_url} redirects to {url}, which is not https.")
        return super().redirect_request(request, *details)


def _is_local(url: str) -> bool:
    return urlsplit(url).scheme == "http" and urlsplit(url).hostname in LOOPBACK


def _blocks(response: Any, limits: Limits) -> Iterator[bytes]:
    """Yield what arrives, as it arrives, as long as it arrives fast enough."""
    since, received = time.monotonic(), 0
    while True:
        try:
            block = response.read1(BLOCK)
        except (OSError, http.client.HTTPException) as error:
            raise _TransientError(f"The connection broke: {_words(error)}.") from error
        if not block:
            return
        yield block
        received += len(block)
        seconds = time.monotonic() - since
        if seconds >= limits.slow_seconds:
            if received < limits.slow_rate * seconds:
                raise DownloadError(
                    f"The server is too slow: {received / seconds:,.0f} bytes a second "
                    f"in the last {seconds:.0f} s."
                )
            since, received = time.monotonic(), 0


class _Progress:
    """One line, written over on a terminal; elsewhere a line every ten seconds."""

    def __init__(self, size: int, total: int) -> None:
        self.first, self.total = size, f" of {total / 1e6:.1f}" if total else ""
        self.start = self.shown = time.monotonic()
        self.live = sys.stdout.isatty()

    def show(self, size: int, last: bool = False) -> None:
        now = time.monotonic()
        if last or now - self.shown >= (0.1 if self.live else 10):
            self.shown = now
            rate = (size - self.first) / max(now - self.start, 1e-6)
            line = f"  {size / 1e6:.1f}{self.total} MB, {rate / 1e6:.1f} MB/s"
            start, end = ("\r\x1b[K", "\n" if last else "") if self.live else ("", "\n")
            print(f"{start}{line}", end=end, flush=True)


def _unpack(source: Source, archive: Path, target: Path, limits: Limits) -> None:
    """Verify `archive`, and move the verified member to `target`: all of it, or nothing."""
    found = _sha256(archive)
    if found != source.archive_sha256:
        raise DownloadError(
            f"{archive.name} is not the expected archive: its SHA-256 is {found}, not "
            f"{source.archive_sha256}. Try again; if it stays so, the publisher has changed the "
            f"archive. If you trust it, run: make data DATA_SHA256={found}"
        )
    unpacked = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with unpacked.open("wb") as file:
            file.writelines(_unpacked_blocks(source, archive, limits))
        if _sha256(unpacked) != source.member_sha256:
            raise DownloadError(
                f"{source.member} in {archive.name} is not the edition that this project knows. "
                f"To build from it all the same, unpack {source.url} yourself."
            )
        os.replace(unpacked, target)
    finally:
        unpacked.unlink(missing_ok=True)


def _unpacked_blocks(source: Source, archive: Path, limits: Limits) -> Iterator[bytes]:
    """Yield the content of the only member: never more than the size that was checked."""
    try:
        with (
            zipfile.ZipFile(archive) as opened,
            opened.open(_only_member(opened, source.member, limits)) as member,
        ):
            while block := member.read(BLOCK):
                yield block
    except DownloadError:
        raise
    except Exception as error:  # of many kinds: BadZipFile, zlib.error, OSError for a bad seek ...
        raise DownloadError(f"{archive.name} is a damaged archive: {_words(error)}.") from error


def _only_member(opened: zipfile.ZipFile, name: str, limits: Limits) -> zipfile.ZipInfo:
    """Return the one member, `name`: a plain file, in the clear, of a size that can be true."""
    members = opened.infolist()
    if [member.filename for member in members] != [name]:
        names = ", ".join(repr(member.filename) for member in members[:5]) or "nothing"
        raise DownloadError(f"The archive holds {names}, where {name!r} alone was expected.")
    member = members[0]
    kind = stat.S_IFMT(member.external_attr >> 16)
    for problem, is_so in (
        ("is encrypted", member.flag_bits & 1),
        ("is no plain file", kind not in (0, stat.S_IFREG)),
        ("is packed in an unusual way", member.compress_type not in USUAL_PACKING),
        ("is too large", member.file_size > limits.member_bytes),
        ("is packed too tightly", member.file_size > limits.ratio * member.compress_size),
    ):
        if is_so:
            raise DownloadError(f"{name!r} in the archive {problem}: it was not unpacked.")
    return member


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tag(part: Path) -> Path:
    return part.with_name(part.name + ".tag")


def _keep_tag(tag: Path, headers: Any) -> None:
    """Keep what names this very file on the server. Without one, a part is not gone on with."""
    etag = headers.get("ETag", "")
    validator = etag if etag.startswith('"') else headers.get("Last-Modified")
    if validator:
        tag.write_text(validator, "latin-1")
    else:
        tag.unlink(missing_ok=True)


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag(part).unlink(missing_ok=True)


def _words(error: object) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
