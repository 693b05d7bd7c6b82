"""`make data` against a server on loopback that misbehaves in every way we could think of."""

import contextlib
import errno
import gzip
import hashlib
import http.server
import io
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import types
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pooch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_segments.commands import download
from customer_segments.commands.download import DownloadError, data, fetch

NAME = "Online Retail.xlsx"
CONTENT = os.urandom(200_000)  # does not shrink, as a workbook does not
OLDER = b"an older edition"
Handler = http.server.BaseHTTPRequestHandler
Step = Callable[[Handler], None]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def zipped(
    *members: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # duplicate names, on purpose
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


ARCHIVE = zipped((NAME, CONTENT))


class Server(http.server.ThreadingHTTPServer):
    """Answers each request with the next step; the last one stays."""

    daemon_threads, block_on_close = True, False
    steps: list[Step]
    requests: list[str]  # the paths
    waits: list[float]  # the seconds that pooch would have waited


class Handling(Handler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:  # noqa: N802
        self.server.requests.append(self.path)
        self.close_connection = True
        steps = self.server.steps
        with contextlib.suppress(OSError):  # the client went away first
            (steps.pop(0) if len(steps) > 1 else steps[0])(self)

    def end_headers(self) -> None:
        self.send_header("Connection", "close")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "public"


@pytest.fixture(autouse=True)
def server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Have `make data` know this server's archive, take no proxy, and wait for nothing long."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in ("DATA_FILE", "DATA_SHA256"):
            monkeypatch.delenv(name)
    with Server(("127.0.0.1", 0), Handling) as running:
        running.steps, running.requests, running.waits = [answer(ARCHIVE)], [], []
        monkeypatch.setattr("pooch.core.time", types.SimpleNamespace(sleep=running.waits.append))
        for name, value in {
            "FOLDER": folder,
            "URL": f"http://127.0.0.1:{running.server_port}/static/online+retail.zip",
            "ARCHIVE_SHA256": sha256(ARCHIVE),
            "WORKBOOK_SHA256": sha256(CONTENT),
            "ATTEMPTS": 3,
            "TIMEOUT": 0.2,
            "MAX_BYTES": 1_000_000,
        }.items():
            monkeypatch.setattr(download, name, value)
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def answer(body: bytes = b"", code: int = 200, **headers: str) -> Step:
    """Send `body` and close, whatever length the headers announce."""

    def step(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in (headers or {"Content-Length": str(len(body))}).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return step


def chunked(content: bytes, size: int = 10_000, end: bytes = b"0\r\n\r\n") -> Step:
    """Serve as UCI may: in chunks, no length given."""
    blocks = (content[first : first + size] for first in range(0, len(content), size))
    body = b"".join(b"%x\r\n%s\r\n" % (len(block), block) for block in blocks)
    return answer(body + end, Transfer_Encoding="chunked")


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    end = time.monotonic() + 3
    while time.monotonic() < end:
        handler.wfile.write(bytes(10_000))
        time.sleep(0.001)


def hang(handler: Handler) -> None:
    time.sleep(1)


CUT = answer(ARCHIVE[:50_000], Content_Length=str(len(ARCHIVE)))
CUT_CHUNKS = chunked(ARCHIVE[:50_000], end=b"")
TRANSIENT = [answer(code=code) for code in (408, 429, 500, 502, 503, 504)]


def fails(match: str, archive_sha256: str) -> None:
    """Check the message. The workbook that was there stays, and nothing comes to lie by it."""
    download.FOLDER.mkdir(parents=True, exist_ok=True)
    (download.FOLDER / NAME).write_bytes(OLDER)
    with pytest.raises(DownloadError, match=match):
        fetch(archive_sha256)
    everything = list(download.FOLDER.parents[1].rglob("*"))
    assert [path.name for path in everything] == ["data", "public", NAME]
    assert everything[-1].read_bytes() == OLDER


# ---------------------------------------------------------------- the connection


@pytest.mark.parametrize(
    "steps",
    [
        [answer(ARCHIVE)],
        [chunked(ARCHIVE)],
        [chunked(ARCHIVE, size=10)],
        [CUT, CUT_CHUNKS, answer(ARCHIVE)],
        *([step, answer(ARCHIVE)] for step in TRANSIENT),
        [answer(code=302, Location="/elsewhere.zip"), answer(ARCHIVE)],
    ],
)
def test_fetches_verifies_and_leaves_only_the_workbook(
    server: Server, folder: Path, steps: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", len(ARCHIVE))  # and that is not too much
    server.steps = list(steps)
    assert fetch(sha256(ARCHIVE)).read_bytes() == CONTENT
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert len(server.requests) == len(steps)


@pytest.mark.parametrize(("there", "requests"), [(CONTENT, 0), (CONTENT[:-1], 1)])
def test_only_what_is_there_and_verified_is_not_fetched_again(
    server: Server, folder: Path, there: bytes, requests: int, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(there)
    assert fetch(sha256(ARCHIVE)).read_bytes() == CONTENT
    assert len(server.requests) == requests
    assert ("nothing to do" in capsys.readouterr().out) == (requests == 0)


TOO_MUCH = "larger than 1,000,000 bytes"
NOWHERE = "No connection to 127.0.0.1: "
FAILING: dict[str, tuple[Step, str, int]] = {  # the sentence, and how many attempts it takes
    "busy": (TRANSIENT[0], "answered 408 .*again later.*make data FILE=", 3),
    "cut": (CUT, f"connection ended after 4.,... of {len(ARCHIVE):,} bytes", 3),
    "cut chunks": (CUT_CHUNKS, "connection ended after 50,000 bytes", 3),
    "silent": (hang, NOWHERE + "timed out", 3),
    "closed": (lambda _: None, NOWHERE + "Remote end closed connection", 3),
    "too much": (answer(bytes(1_000_001)), TOO_MUCH, 1),
    "too much in chunks": (chunked(bytes(1_000_001)), TOO_MUCH, 1),
    "endless": (endless, TOO_MUCH, 1),
    "inflates": (answer(gzip.compress(bytes(9_000_000)), Content_Encoding="gzip"), TOO_MUCH, 1),
    "loop": (answer(code=301, Location="/round"), NOWHERE + "Exceeded 30 redirects", 93),
    "to file": (answer(code=302, Location="file:///etc/passwd"), NOWHERE, 3),
    "to ftp": (answer(code=302, Location="ftp://127.0.0.1/a.zip"), NOWHERE, 3),
    "to nonsense": (answer(code=302, Location="http://[broken/a.zip"), NOWHERE, 3),
    "changed": (answer(b"new"), f"not the expected archive.*DATA_SHA256={sha256(b'new')}", 1),
    **{
        str(code): (answer(code=code), f"answered {code} ", 1) for code in (400, 401, 403, 404, 410)
    },
}


@pytest.mark.parametrize("case", FAILING)
def test_a_server_that_misbehaves_is_one_message(server: Server, case: str) -> None:
    step, match, requests = FAILING[case]
    server.steps = [step]
    start = time.monotonic()
    fails(match, sha256(ARCHIVE))
    assert len(server.requests) == requests
    assert time.monotonic() - start < 2


def test_waits_longer_each_time_and_says_so(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooch.get_logger(), "handlers", [caplog.handler])
    server.shutdown()
    server.server_close()
    fails(NOWHERE + "Connection refused", sha256(ARCHIVE))
    assert server.waits == [1, 2]
    assert "again 2 more times" in caplog.text


def test_missing_certificates_are_one_message(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/none.pem")
    monkeypatch.setattr(download, "URL", download.URL.replace("http:", "https:"))
    fails(NOWHERE + ".*invalid path: /none.pem. Run `make data` again", sha256(ARCHIVE))


def test_uses_the_proxy_of_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(download, "URL", "http://dataset.invalid/online+retail.zip")
    fetch(sha256(ARCHIVE))
    assert server.requests == ["http://dataset.invalid/online+retail.zip"]


# ---------------------------------------------------------------- the archive


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(NAME)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def edited(content: bytes, position: int, value: int) -> bytes:
    """Set a byte of the entry in the central directory, which is the one that counts."""
    start = content.rindex(b"PK\x01\x02") + position
    return content[:start] + bytes([value]) + content[start + 1 :]


HOSTILE = {
    "up": (zipped(("../" + NAME, CONTENT)), "alone was expected"),
    "absolute": (zipped(("/etc/" + NAME, CONTENT)), "alone was expected"),
    "windows": (zipped(("..\\" + NAME, CONTENT)), "alone was expected"),
    "folder": (zipped((NAME + "/", b"")), "alone was expected"),
    "another": (zipped((NAME, CONTENT), ("setup.exe", b"x")), "alone was expected"),
    "twice": (zipped((NAME, CONTENT), (NAME, b"x")), "alone was expected"),
    "nothing": (zipped(), "holds nothing"),
    "link": (zipped((link(), b"/etc/passwd")), "no plain file"),
    "encrypted": (edited(ARCHIVE, 8, 1), "is encrypted: it was not"),
    "lzma": (zipped((NAME, CONTENT), packing=zipfile.ZIP_LZMA), "unusual way"),
    "bomb": (zipped((NAME, bytes(1_000_001))), "too large"),
    "lying bomb": (edited(zipped((NAME, bytes(1_000_001))), 26, 0), "damaged archive"),
    "no zip": (b"<!DOCTYPE html>", "damaged archive"),
    "empty": (b"", "damaged archive"),
    "cut": (ARCHIVE[:-30], "damaged archive"),
    "bad sum": (ARCHIVE.replace(CONTENT[:9], b"x" * 9), "damaged archive"),
    "another edition": (zipped((NAME, OLDER)), "not the edition"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_not_unpacked(server: Server, case: str) -> None:
    """Even with its checksum vouched for, as DATA_SHA256 can."""
    archive, match = HOSTILE[case]
    server.steps = [answer(archive)]
    fails(match, sha256(archive))


@settings(max_examples=200, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=5)
)
def test_any_damage_ends_in_one_clear_message(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int]]
) -> None:
    content = bytearray(zipped((NAME, b"some lines\n" * 9)))
    for position, value in edits:
        content[position % len(content)] = value
    own = tmp_path_factory.mktemp("damage") / "own.zip"
    own.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download, "FOLDER", own.parent)
        patch.setattr(download, "WORKBOOK_SHA256", sha256(b"some lines\n" * 9))
        try:
            fetch(sha256(content), own)
        except DownloadError:
            assert list(own.parent.iterdir()) == [own]


# ---------------------------------------------------------------- the command


def test_an_own_copy_goes_through_the_same_checks(
    server: Server,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tmp_path / "my copy.zip"
    own.write_bytes(ARCHIVE[:-1] + b"x")
    assert data([str(own)]) == 1
    assert "not the expected archive" in capsys.readouterr().err
    assert own.exists()
    assert list(folder.iterdir()) == []
    own.write_bytes(ARCHIVE)
    monkeypatch.setenv("DATA_FILE", str(own))
    assert data([]) == 0
    assert NAME in capsys.readouterr().out
    assert (folder / NAME).read_bytes() == CONTENT
    assert own.exists()
    assert server.requests == []


def test_a_checksum_of_the_users_own_is_enforced(
    server: Server,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    again = zipped((NAME, CONTENT), packing=zipfile.ZIP_STORED)  # the same workbook, packed anew
    server.steps = [answer(again)]
    assert data([]) == 1
    monkeypatch.setenv("DATA_SHA256", "abc")
    assert data([]) == 1
    assert "64 hex digits" in capsys.readouterr().err
    monkeypatch.setenv("DATA_SHA256", sha256(again).upper())
    assert data([]) == 0
    assert (folder / NAME).read_bytes() == CONTENT


def test_what_the_user_can_change_is_one_message(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data(["a", "b"]) == 2
    assert "usage" in capsys.readouterr().err
    assert data(["none.zip"]) == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert not folder.exists()
    folder.parent.mkdir()
    folder.write_text("a file where the folder should be")
    assert data([]) == 1
    assert str(folder) in capsys.readouterr().err


FULL = OSError(errno.ENOSPC, "No space left")
PARTS = (
    "pooch.HTTPDownloader.__call__",
    "customer_segments.commands.download._unpack",
    "zipfile.ZipFile.extract",
    "os.replace",
)
STOPS = [(KeyboardInterrupt(), 130, "Interrupted"), (FULL, 1, "No space left. Make room")]


@pytest.mark.parametrize("moment", PARTS)
@pytest.mark.parametrize(("error", "code", "words"), STOPS)
def test_interrupted_or_out_of_space_leaves_what_was_there(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    moment: str,
    error: BaseException,
    code: int,
    words: str,
) -> None:
    def stop(*_: object) -> None:
        raise error

    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(OLDER)
    with monkeypatch.context() as patch:
        patch.setattr(moment, stop)
        assert data([]) == code
    assert words in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {NAME: OLDER}
    assert data([]) == 0


def test_control_c_leaves_nothing(server: Server, folder: Path) -> None:
    def stall(handler: Handler) -> None:
        answer(ARCHIVE[:100_000], Content_Length=str(len(ARCHIVE)))(handler)
        time.sleep(3)

    server.steps = [stall]
    script = (
        "import sys; from pathlib import Path; from customer_segments.commands "
        "import download as d; "
        f"d.URL = {download.URL!r}; d.FOLDER = Path({str(folder)!r}); sys.exit(d.data([]))"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 5
    while not any(path.is_file() and path.stat().st_size for path in folder.rglob("*")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    output, errors = running.communicate(timeout=5)
    assert running.returncode == 130
    assert "Interrupted. Run `make data` again" in errors
    assert "Traceback" not in output + errors
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("live", "start"), [(False, "  0.2 of 0.2 MB, "), (True, "\r\x1b[K")])
def test_progress_is_one_line_on_a_terminal_and_few_lines_elsewhere(
    live: bool, start: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: live, raising=False)
    fetch(sha256(ARCHIVE))
    [line] = [text for text in capsys.readouterr().out.split("\n") if "MB/s" in text]
    assert line.startswith(start)
