"""`make data` against a server on loopback that misbehaves in every way we could think of."""

import contextlib
import hashlib
import http.server
import io
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_segments.commands import download
from customer_segments.commands.download import DownloadError, Limits, Source, data, fetch

NAME = "Online Retail.xlsx"
WORKBOOK = os.urandom(200_000)  # does not shrink, as a workbook does not
FAST = Limits(attempts=3, pause=0.01, timeout=1.0, slow_rate=0.0, slow_seconds=60.0)


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


ARCHIVE = zipped((NAME, WORKBOOK))

Handler = http.server.BaseHTTPRequestHandler
Step = Callable[[Handler], None]


@dataclass
class Server:
    """Answers each request with the next step; the last one stays."""

    steps: list[Step] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handling(Handler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            state.requests.append({"path": self.path, **dict(self.headers)})
            self.close_connection = True
            step = state.steps.pop(0) if len(state.steps) > 1 else state.steps[0]
            with contextlib.suppress(OSError):  # the client went away first
                step(self)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handling) as running:
        running.daemon_threads = True
        running.block_on_close = False
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        state.url = f"http://127.0.0.1:{running.server_port}/static/online+retail.zip"
        yield state
        running.shutdown()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("DATA_FILE", "DATA_SHA256"):
        monkeypatch.delenv(name, raising=False)


def whole(
    content: bytes = ARCHIVE,
    etag: str | None = '"1"',
    ranges: bool = True,
    stop_after: int | None = None,
    sent: int | None = None,
) -> Step:
    """Serve `content`; stop short after some bytes, though all of them were announced."""

    def step(handler: Handler) -> None:
        first = 0
        wanted = handler.headers.get("Range")
        if wanted and ranges and handler.headers.get("If-Range") == etag:
            first = int(wanted.removeprefix("bytes=").removesuffix("-"))
            handler.send_response(206)
            handler.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        else:
            handler.send_response(200)
        handler.send_header("Content-Length", str(sent or len(content) - first))
        if etag:
            handler.send_header("ETag", etag)
        handler.end_headers()
        handler.wfile.write(content[first:stop_after])

    return step


def chunked(content: bytes = ARCHIVE, stop_after: int | None = None, pause: float = 0.0) -> Step:
    """Serve as UCI may: in chunks, no length given."""

    def step(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for first in range(0, stop_after or len(content), 10_000 if not pause else 10):
            block = content[first : first + (10_000 if not pause else 10)]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
            time.sleep(pause)
        if not stop_after:
            handler.wfile.write(b"0\r\n\r\n")

    return step


def status(code: int, **headers: str) -> Step:
    def step(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return step


def hang(handler: Handler) -> None:
    time.sleep(1.5)


def source(server: Server, archive: bytes = ARCHIVE, workbook: bytes = WORKBOOK) -> Source:
    return Source(server.url, sha256(archive), NAME, sha256(workbook))


def fails(match: str, wanted: Source, folder: Path, limits: Limits = FAST) -> str:
    with pytest.raises(DownloadError, match=match) as raised:
        fetch(wanted, folder, limits=limits)
    assert not (folder / NAME).exists()
    assert not list(folder.glob(".*.tmp"))
    return str(raised.value)


def part(folder: Path) -> Path:
    return folder / "online+retail.zip.part"


# ---------------------------------------------------------------- the connection


@pytest.mark.parametrize("step", [whole(), whole(etag=None), whole(ranges=False), chunked()])
def test_fetches_verifies_and_leaves_only_the_workbook(
    server: Server, tmp_path: Path, step: Step
) -> None:
    server.steps = [step]
    target = fetch(source(server), tmp_path / "public", limits=FAST)
    assert target.read_bytes() == WORKBOOK
    assert [file.name for file in target.parent.iterdir()] == [NAME]


def test_what_is_there_and_verified_is_not_fetched_again(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / NAME).write_bytes(WORKBOOK)
    fetch(source(server), tmp_path)
    assert server.requests == []
    assert "nothing to do" in capsys.readouterr().out


def test_a_damaged_workbook_is_replaced(server: Server, tmp_path: Path) -> None:
    server.steps = [whole()]
    (tmp_path / NAME).write_bytes(WORKBOOK[:-1])
    assert fetch(source(server), tmp_path, limits=FAST).read_bytes() == WORKBOOK


def test_goes_on_where_the_connection_broke(server: Server, tmp_path: Path) -> None:
    server.steps = [whole(stop_after=50_000), whole(stop_after=120_000), whole()]
    fetch(source(server), tmp_path, limits=FAST)
    assert [request.get("Range") for request in server.requests] == [
        None,
        "bytes=50000-",
        "bytes=120000-",
    ]
    assert server.requests[1]["If-Range"] == '"1"'


def test_goes_on_in_the_next_run(server: Server, tmp_path: Path) -> None:
    server.steps = [whole(stop_after=50_000), status(503)]
    message = fails("answered 503.*again later", source(server), tmp_path)
    assert "make data FILE=" in message
    assert part(tmp_path).stat().st_size == 50_000
    server.steps = [whole()]
    fetch(source(server), tmp_path, limits=FAST)
    assert server.requests[-1]["Range"] == "bytes=50000-"


@pytest.mark.parametrize(
    "broken",
    [
        chunked(stop_after=50_000),
        whole(stop_after=50_000, etag=None),
        whole(stop_after=50_000, etag='W/"1"'),
    ],
)
def test_begins_again_when_nothing_names_the_part(
    server: Server, tmp_path: Path, broken: Step
) -> None:
    server.steps = [broken, whole()]
    fetch(source(server), tmp_path, limits=FAST)
    assert "Range" not in server.requests[1]


def test_forgets_the_name_of_a_part_that_it_replaced(server: Server, tmp_path: Path) -> None:
    server.steps = [
        whole(stop_after=50_000),
        whole(stop_after=90_000, etag=None),
        whole(),
    ]
    fetch(source(server), tmp_path, limits=FAST)
    assert "Range" not in server.requests[2]


def test_begins_again_when_the_server_does_no_ranges(server: Server, tmp_path: Path) -> None:
    server.steps = [whole(stop_after=50_000), whole(ranges=False)]
    fetch(source(server), tmp_path, limits=FAST)
    assert "Range" in server.requests[1]


def test_begins_again_when_the_file_changed_in_between(server: Server, tmp_path: Path) -> None:
    other = zipped((NAME, b"an older edition" * 9_000))
    server.steps = [whole(other, '"old"', stop_after=300), whole(ARCHIVE, '"new"')]
    assert fetch(source(server), tmp_path, limits=FAST).read_bytes() == WORKBOOK


@pytest.mark.parametrize(
    "wrong", [status(416), status(206), status(206, **{"Content-Range": "bytes 7-9/10"})]
)
def test_begins_again_after_a_range_that_makes_no_sense(
    server: Server, tmp_path: Path, wrong: Step
) -> None:
    server.steps = [whole(stop_after=50_000), wrong, whole()]
    fetch(source(server), tmp_path, limits=FAST)
    assert "Range" not in server.requests[2]


def test_a_complete_part_needs_no_server(server: Server, tmp_path: Path) -> None:
    part(tmp_path).write_bytes(ARCHIVE)
    fetch(source(server), tmp_path, limits=FAST)
    assert server.requests == []


def test_a_body_that_is_always_cut_short_fails(server: Server, tmp_path: Path) -> None:
    server.steps = [whole(sent=len(ARCHIVE) + 1, ranges=False)]
    fails("connection ended after", source(server), tmp_path)
    assert len(server.requests) == FAST.attempts


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_tries_again_after_a_transient_status(server: Server, tmp_path: Path, code: int) -> None:
    server.steps = [status(code), whole()]
    fetch(source(server), tmp_path, limits=FAST)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
def test_does_not_insist_on_other_statuses(server: Server, tmp_path: Path, code: int) -> None:
    server.steps = [status(code)]
    fails(f"answered {code}", source(server), tmp_path)
    assert len(server.requests) == 1


def test_waits_twice_as_long_each_time(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("customer_segments.commands.download.time.sleep", waits.append)
    server.steps = [status(503)]
    fails("answered 503", source(server), tmp_path, replace(FAST, attempts=4, pause=1.0))
    assert waits == [1.0, 2.0, 4.0]


def test_times_out_when_nothing_comes(server: Server, tmp_path: Path) -> None:
    server.steps = [hang]
    fails("timed out", source(server), tmp_path, replace(FAST, attempts=2, timeout=0.1))
    assert len(server.requests) == 2


def test_tries_again_when_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nowhere = Source(f"http://127.0.0.1:{port}/a.zip", "0" * 64, NAME, "0" * 64)
    fails("No connection to 127.0.0.1", nowhere, tmp_path)


def test_gives_up_on_a_trickle_and_keeps_it(server: Server, tmp_path: Path) -> None:
    server.steps = [chunked(ARCHIVE[:3_000], pause=0.01)]
    limits = replace(FAST, slow_rate=50_000.0, slow_seconds=0.2)
    start = time.monotonic()
    fails("too slow", source(server), tmp_path, limits)
    assert time.monotonic() - start < 2
    assert len(server.requests) == 1
    assert part(tmp_path).stat().st_size > 0


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    end = time.monotonic() + 3
    while time.monotonic() < end:
        handler.wfile.write(bytes(10_000))
        time.sleep(0.001)


@pytest.mark.parametrize("step", [whole(), chunked(), endless])
def test_stops_at_the_size_limit_whatever_was_announced(
    server: Server, tmp_path: Path, step: Step
) -> None:
    start = time.monotonic()
    server.steps = [step]
    fails(
        "larger than 100,000 bytes", source(server), tmp_path, replace(FAST, archive_bytes=100_000)
    )
    assert time.monotonic() - start < 2
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- redirects and proxies


def test_follows_a_redirect(server: Server, tmp_path: Path) -> None:
    server.steps = [status(302, Location="/elsewhere.zip"), whole()]
    fetch(source(server), tmp_path, limits=FAST)
    assert server.requests[1]["path"] == "/elsewhere.zip"


def test_leaves_a_redirect_loop(server: Server, tmp_path: Path) -> None:
    server.steps = [status(301, Location=f"/round/{turn}") for turn in range(30)]
    fails("redirect error", source(server), tmp_path)
    assert len(server.requests) <= 6


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/a.zip",
        "http://example.org/a.zip",
        "data:text/plain,x",
        "http://[broken/a.zip",
    ],
)
def test_refuses_a_redirect_to_anything_but_https(
    server: Server, tmp_path: Path, location: str
) -> None:
    server.steps = [status(302, Location=location)]
    fails("not https|not allowed|No connection|answered 302", source(server), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_start_on_https_may_not_be_sent_to_loopback() -> None:
    handler = download._SafeRedirects("https://archive.ics.uci.edu/a.zip")
    request = download.urllib.request.Request("https://archive.ics.uci.edu/a.zip")
    with pytest.raises(DownloadError, match="not https"):
        handler.redirect_request(request, io.BytesIO(), 302, "", {}, "http://127.0.0.1/a.zip")


def test_uses_the_proxy_of_the_environment(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/static/online+retail.zip"))
    server.steps = [whole()]
    target = "http://dataset.invalid/online+retail.zip"
    fetch(replace(source(server), url=target), tmp_path, limits=FAST)
    assert server.requests[0]["path"] == target


# ---------------------------------------------------------------- the archive


def test_a_changed_archive_is_refused_and_its_checksum_told(server: Server, tmp_path: Path) -> None:
    other = zipped((NAME, b"another"))
    server.steps = [whole(other)]
    message = fails("not the expected archive", source(server), tmp_path)
    assert f"DATA_SHA256={sha256(other)}" in message
    assert list(tmp_path.iterdir()) == []


def test_another_edition_inside_is_refused(server: Server, tmp_path: Path) -> None:
    other = zipped((NAME, b"another edition"))
    server.steps = [whole(other)]
    fails("not the edition", source(server, other), tmp_path)
    assert list(tmp_path.iterdir()) == []


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(NAME)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def encrypted() -> bytes:
    content = bytearray(ARCHIVE)
    content[6] |= 1  # the flag in the local header, and in the central directory
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


HOSTILE = {
    "up": (zipped(("../" + NAME, WORKBOOK)), "alone was expected"),
    "absolute": (zipped(("/etc/" + NAME, WORKBOOK)), "alone was expected"),
    "windows": (zipped(("..\\" + NAME, WORKBOOK)), "alone was expected"),
    "folder": (zipped((NAME + "/", b"")), "alone was expected"),
    "another": (zipped((NAME, WORKBOOK), ("setup.exe", b"x")), "alone was expected"),
    "twice": (zipped((NAME, WORKBOOK), (NAME, b"x")), "alone was expected"),
    "nothing": (zipped(), "holds nothing"),
    "link": (zipped((link(), b"/etc/passwd")), "no plain file"),
    "encrypted": (encrypted(), "is encrypted: it was not"),
    "lzma": (zipped((NAME, WORKBOOK), packing=zipfile.ZIP_LZMA), "unusual way"),
    "bomb": (zipped((NAME, bytes(1_000_000))), "too tightly"),
    "large": (zipped((NAME, bytes(1_000_001)), packing=zipfile.ZIP_STORED), "too large"),
    "no zip": (b"<!DOCTYPE html>", "damaged archive"),
    "empty": (b"", "damaged archive"),
    "cut": (ARCHIVE[:-30], "damaged archive"),
    "bad sum": (ARCHIVE.replace(WORKBOOK[:9], b"x" * 9), "damaged archive"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_not_unpacked(server: Server, tmp_path: Path, case: str) -> None:
    """Even with its checksum vouched for, as DATA_SHA256 can."""
    archive, match = HOSTILE[case]
    server.steps = [whole(archive, sent=len(archive))]
    inside = tmp_path / "a" / "b"
    limits = replace(FAST, archive_bytes=2_000_000, member_bytes=1_000_000)
    fails(match, source(server, archive), inside, limits)
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "b"]


@settings(max_examples=200, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 255)), min_size=1, max_size=5)
)
def test_any_damage_ends_in_one_clear_message(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    content = bytearray(zipped((NAME, b"some lines\n" * 9)))
    for position, value in edits:
        content[position % len(content)] = value
    (folder / "own.zip").write_bytes(content)
    vouched = Source("https://x/a.zip", sha256(content), NAME, sha256(b"some lines\n" * 9))
    try:
        fetch(vouched, folder, folder / "own.zip")
    except DownloadError:
        assert [file.name for file in folder.iterdir()] == ["own.zip"]


# ---------------------------------------------------------------- the command


@pytest.fixture
def command(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(download, "ONLINE_RETAIL", source(server))
    monkeypatch.setattr(download, "FOLDER", tmp_path / "public")
    monkeypatch.setattr(download, "Limits", lambda: FAST)
    return tmp_path / "public"


def test_an_own_copy_goes_through_the_same_checks(
    command: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    own = tmp_path / "my copy.zip"
    own.write_bytes(ARCHIVE[:-1] + b"x")
    assert data([str(own)]) == 1
    assert "not the expected archive" in capsys.readouterr().err
    assert own.exists()
    own.write_bytes(ARCHIVE)
    monkeypatch.setenv("DATA_FILE", str(own))
    assert data([]) == 0
    assert "Online Retail.xlsx" in capsys.readouterr().out
    assert (command / NAME).read_bytes() == WORKBOOK
    assert own.exists()


def test_a_missing_own_copy_is_one_message(
    command: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert data([str(tmp_path / "none.zip")]) == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert not (command / NAME).exists()


def test_a_checksum_of_the_users_own_is_enforced(
    command: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    again = zipped((NAME, WORKBOOK), packing=zipfile.ZIP_STORED)  # the same workbook, packed anew
    server.steps = [whole(again)]
    assert data([]) == 1
    monkeypatch.setenv("DATA_SHA256", "abc")
    assert data([]) == 1
    assert "64 hex digits" in capsys.readouterr().err
    monkeypatch.setenv("DATA_SHA256", sha256(again).upper())
    assert data([]) == 0
    assert (command / NAME).read_bytes() == WORKBOOK


def test_a_folder_that_cannot_be_written_is_one_message(
    command: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.write_text("a file where the folder should be")
    assert data([]) == 1
    assert str(command) in capsys.readouterr().err


def test_too_many_arguments_are_a_question_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert data(["a", "b"]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("moment", ["_sha256", "_only_member", "os.replace"])
def test_interrupted_while_unpacking_leaves_nothing(
    command: Path, server: Server, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    server.steps = [whole()]
    with monkeypatch.context() as patch:
        patch.setattr(f"customer_segments.commands.download.{moment}", interrupt)
        assert data([]) == 130
    assert [file.name for file in command.iterdir() if "part" not in file.name] == []
    assert data([]) == 0
    assert len(server.requests) == 1  # the archive had arrived: it was not fetched twice


def test_control_c_keeps_the_part_and_nothing_else(server: Server, tmp_path: Path) -> None:
    def stall(handler: Handler) -> None:
        whole(stop_after=100_000)(handler)
        handler.wfile.flush()
        time.sleep(3)

    server.steps = [stall]
    script = (
        "import sys; from pathlib import Path; from customer_segments.commands import download as d; "
        f"d.ONLINE_RETAIL = d.Source({server.url!r}, '0' * 64, {NAME!r}, '0' * 64); "
        f"d.FOLDER = Path({str(tmp_path)!r}); sys.exit(d.data([]))"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 5
    while not part(tmp_path).exists() or not part(tmp_path).stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    output, errors = running.communicate(timeout=5)
    assert running.returncode == 130
    assert "Interrupted. Run `make data` again" in errors
    assert "Traceback" not in output + errors
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "online+retail.zip.part",
        "online+retail.zip.part.tag",
    ]


def test_progress_is_one_line_on_a_terminal_and_few_lines_elsewhere(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.steps = [whole()]
    fetch(source(server), tmp_path / "file", limits=FAST)
    assert "  0.2 of 0.2 MB, " in capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    fetch(source(server), tmp_path / "terminal", limits=FAST)
    [line] = [text for text in capsys.readouterr().out.split("\n") if "MB/s" in text]
    assert line.startswith("\r\x1b[K")
