"""What went wrong in dbt or DuckDB, in plain words: one line, and what to do about it here.

Of a data test that fails: what it asks for, and the rows that break it.
"""

import re
import shutil
from pathlib import Path
from typing import Any

from customer_segments.project import spill_folder

# What DuckDB or Python calls it -> what to do about it, in the project's own settings. The first
# that fits: DuckDB also calls it out of memory when there is no disk for what memory cannot hold.
HINTS = {
    "failed to offload data block": "DuckDB found no more disk for what its memory does not hold: "
    "it keeps that in {spill_folder}, where {free_gb:.1f} GB are free. Free some space there, name "
    "a folder on a larger disk with SEGMENTS_TEMP_DIRECTORY, or raise SEGMENTS_MEMORY_LIMIT.",
    "No space left on device": "The disk is full: free some space, or name files on another disk "
    "with SEGMENTS_WAREHOUSE, SEGMENTS_DATABASE, SEGMENTS_MODELS and SEGMENTS_TEMP_DIRECTORY; "
    "DuckDB keeps what its memory does not hold in {spill_folder}, where {free_gb:.1f} GB are "
    "free.",
    "Out of Memory Error": "Raise SEGMENTS_MEMORY_LIMIT, or lower SEGMENTS_DUCKDB_THREADS.",
    "MemoryError": "Python has no room beside DuckDB: lower SEGMENTS_MEMORY_LIMIT, DuckDB then "
    "keeps more on disk.",
}
MOST_CHARACTERS = 4000
# Where DuckDB's own advice begins, in settings that are not the project's.
ADVICE = (" This limit was set by", " Possible solutions:")


def printable(text: str) -> str:
    """Return a message without what would move the cursor or turn the line, and not without end.

    Names and texts of files are in it, and whoever wrote those did not write for a terminal.
    """
    if len(text) > MOST_CHARACTERS:
        text = f"{text[:MOST_CHARACTERS]} ..."
    return "".join(
        character if character.isprintable() or character == "\n" else ascii(character)[1:-1]
        for character in text
    )


def plain_exception(error: BaseException) -> str:
    """Return what a dbt error has to say."""
    message = plain_text(str(getattr(error, "msg", error)))
    if lock := re.search(r'Could not set lock on file "(.+?)".*PID (\d+)', message):
        return (
            f"{lock[1]} is in use by process {lock[2]}: another build, or a program that has it "
            "open. Wait for it or close it, and read the published database instead. "
            "SEGMENTS_WAREHOUSE names another file to build in, SEGMENTS_MODELS one for models."
        )
    return message


def plain_result(result: Any) -> str:
    """Return what a failed node has to say: of a Python traceback, the error at its end."""
    message = (result.message or "no message").strip()
    if "Traceback (most recent call last):" in message:
        raised = list(re.finditer(r"^ *[\w.]+(Error|Exception): ", message, re.MULTILINE))
        text = plain_text(message[raised[-1].start() :] if raised else message.splitlines()[-1])
        if text.startswith("ValueError: "):  # the project's own: it says all there is to say
            return text.removeprefix("ValueError: ")
        return f"{result.node.name}: " + re.sub(r"^duckdb[.][\w.]+: ", "", text)
    if result.node.resource_type in ("test", "unit_test"):
        if rules := result.adapter_response.get("broken_rules"):  # of macro log_failed_rules
            return f"{'; '.join(rules)} (test {result.node.name})"
        if rows := result.adapter_response.get("found_rows"):
            more = (
                f"; and {result.failures - len(rows)} more" if result.failures > len(rows) else ""
            )
            found = f"Found: {'; '.join(rows)}{more}"
            return f"{_invariant(result.node)} {found} (test {result.node.name})".strip()
        return f"{_invariant(result.node)} {plain_text(message)} (test {result.node.name})".strip()
    return f"{result.node.name}: {plain_text(message)}"


def plain_text(message: str) -> str:
    """Return a message of dbt on one line, without its heading and the macros it came through."""
    lines = [line.strip() for line in message.splitlines()]
    noise = ("> in", "> called", "compiled code at")
    if len(lines) > 1 and re.match(
        r"\w+ Error in (model|operation|seed|test|unit_test) ", lines[0]
    ):
        lines = lines[1:]
    text = " ".join(line for line in lines if line and not line.startswith(noise))
    hint = next((hint for sign, hint in HINTS.items() if sign in text), None)
    if hint is None:
        return text
    for advice in ADVICE:
        text = text.partition(advice)[0]
    folder = spill_folder()
    free_gb = shutil.disk_usage(_existing(folder)).free / 1e9
    return f"{text.rstrip('.')}. {hint.format(spill_folder=folder, free_gb=free_gb)}"


def _invariant(test: Any) -> str:
    """Return what a test asks for: its description, or the comment at the top of a singular one."""
    comment = re.match(r"(?:--.*\n)+", test.raw_code.lstrip())
    opening = re.sub(r"\s*\n?--\s*", " ", comment[0]) if comment else ""
    return (getattr(test, "description", "") or opening).strip()


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest above it that is there: DuckDB removes its own."""
    return next(path for path in (folder, *folder.parents) if path.exists())
