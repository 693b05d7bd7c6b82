"""What `make build` runs: dbt in this process, one line a model, one message an error, a summary.

It adds nothing to `dbt build` but its manners: the same project, hooks, models and data tests. Unit
tests bring their own rows, so they say nothing of a user's lines: `make test` runs them.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from customer_segments.commands.dbt_variables import (
    VariablesError,
    split_variables,
    variables_option,
)
from customer_segments.commands.summary import summarise
from customer_segments.project import PROJECT, published_database, users_path, warehouse_database
from customer_segments.report import report

MAX_ERRORS = 5
# What DuckDB or Python calls it -> what to do about it, in the project's own settings. The first
# that fits: DuckDB also calls it out of memory when there is no disk for what memory cannot hold.
HINTS = {
    "failed to offload data block": "DuckDB found no more disk for what its memory does not hold: "
    "it keeps that in {spill_folder}, where {free_gb:.1f} GB are free. Free some space there, name "
    "a folder on a larger disk with SEGMENTS_TEMP_DIRECTORY, or raise SEGMENTS_MEMORY_LIMIT.",
    "No space left on device": "The disk is full: free some space, or name files on another disk "
    "with SEGMENTS_WAREHOUSE, SEGMENTS_DATABASE and SEGMENTS_TEMP_DIRECTORY; DuckDB keeps what its "
    "memory does not hold in {spill_folder}, where {free_gb:.1f} GB are free.",
    "Out of Memory Error": "Raise SEGMENTS_MEMORY_LIMIT, or lower SEGMENTS_DUCKDB_THREADS.",
    "MemoryError": "Python has no room beside DuckDB: lower SEGMENTS_MEMORY_LIMIT, DuckDB then "
    "keeps more on disk.",
}
# Where DuckDB's own advice begins, in settings that are not the project's.
ADVICE = (" This limit was set by", " Possible solutions:")
WITHOUT_UNIT_TESTS = ["--exclude-resource-type", "unit_test"]
QUIET = ["--log-level", "none", "--log-level-file", "debug", "--no-use-colors"]


def build(dbt_arguments: list[str]) -> int:
    """Build everything, write docs and report, print the summary; return the exit code."""
    database, warehouse = settle_paths()
    try:
        variables, dbt_arguments = split_variables(dbt_arguments)
        problem = unusable(database, warehouse)
    except VariablesError as error:
        problem = str(error)
    if problem:
        return _fail([problem], database)

    print(f"Building from {os.environ.get('INVOICE_LINES', 'the shipped sample')}", flush=True)
    before = _version(database)
    set_variables = variables_option(variables)
    if errors := run_dbt(["build", *WITHOUT_UNIT_TESTS, *dbt_arguments, *set_variables]):
        return _fail(errors, database)
    if _version(database) == before:
        print("\nNot published: this was a build of a part of the project.")
        return 0
    docs_errors = run_dbt(["docs", "generate", "--static", *set_variables])
    print(summarise(database))
    print(f"\nDatabase  {database}")
    if report([]):
        return 1
    if docs_errors:
        print(f"Docs      not written: {docs_errors[0]}", file=sys.stderr)
        return 1
    print(f"Docs      {PROJECT / 'target' / 'static_index.html'}")
    return 0


def settle_paths() -> tuple[Path, Path]:
    """Go to the project, the user's paths kept; return the published database, the warehouse."""
    database, warehouse = published_database(), warehouse_database()
    for name in ("INVOICE_LINES", "SEGMENTS_TEMP_DIRECTORY"):
        if path := os.environ.get(name):
            os.environ[name] = str(users_path(path))
    os.environ |= {"SEGMENTS_DATABASE": str(database), "SEGMENTS_WAREHOUSE": str(warehouse)}
    os.chdir(PROJECT)
    return database, warehouse


def run_dbt(arguments: list[str], *, is_reported: bool = True) -> list[str]:
    """Run dbt, its own output kept in logs/dbt.log; return what went wrong in plain words."""
    from dbt.cli.main import dbtRunner  # 2 s to import: after the checks that need none of it

    callbacks = [_report_model] if is_reported else []
    outcome = dbtRunner(callbacks=callbacks).invoke([*QUIET, *arguments])
    if outcome.success:
        for result in getattr(outcome.result, "results", []):
            if getattr(result, "status", None) == "warn":
                print(f"\nWarning: {_plain_result(result)}", file=sys.stderr)
        return []
    if outcome.exception is not None:
        return [_plain_exception(outcome.exception)]
    results = sorted(outcome.result.results, key=lambda result: str(result.node.unique_id))
    broken = [result for result in results if result.status == "error"]
    failed = [result for result in results if result.status == "fail"]
    # A model that breaks is the cause of what follows; tests that fail each say something.
    return [_plain_result(result) for result in broken[:1] or failed] or ["See logs/dbt.log."]


def _report_model(event: Any) -> None:
    """Print a line when a model or seed is done, and what a macro warns of."""
    if event.info.name == "JinjaLogWarning":
        print(f"\nWarning: {_plain_text(event.data.msg)}", file=sys.stderr)
    if event.info.name in ("LogModelResult", "LogSeedResult"):
        node = event.data.node_info
        status = "" if node.node_status == "success" else f"  {node.node_status}"
        line = f"  {node.node_name:36}{event.data.execution_time:6.2f} s{status}\n"
        sys.stdout.write(line)  # one write a line: models end in several threads


def _plain_exception(error: BaseException) -> str:
    """Return what a dbt error has to say."""
    message = _plain_text(str(getattr(error, "msg", error)))
    if lock := re.search(r'Could not set lock on file "(.+?)".*PID (\d+)', message):
        return (
            f"{lock[1]} is in use by process {lock[2]}: another build, or a program that has it "
            "open. Wait for it or close it, and read the published database instead. "
            "SEGMENTS_WAREHOUSE names another file to build in."
        )
    return message


def _plain_result(result: Any) -> str:
    """Return what a failed node has to say: of a Python traceback, the error at its end."""
    message = (result.message or "no message").strip()
    if "Traceback (most recent call last):" in message:
        raised = list(re.finditer(r"^ *[\w.]+(Error|Exception): ", message, re.MULTILINE))
        text = _plain_text(message[raised[-1].start() :] if raised else message.splitlines()[-1])
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
        return f"{_invariant(result.node)} {_plain_text(message)} (test {result.node.name})".strip()
    return f"{result.node.name}: {_plain_text(message)}"


def _invariant(test: Any) -> str:
    """Return what a test asks for: its description, or the comment at the top of a singular one."""
    comment = re.match(r"(?:--.*\n)+", test.raw_code.lstrip())
    opening = re.sub(r"\s*\n?--\s*", " ", comment[0]) if comment else ""
    return (getattr(test, "description", "") or opening).strip()


def _plain_text(message: str) -> str:
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
    folder = _spill_folder()
    free_gb = shutil.disk_usage(_existing(folder)).free / 1e9
    return f"{text.rstrip('.')}. {hint.format(spill_folder=folder, free_gb=free_gb)}"


def _spill_folder() -> Path:
    """Return where DuckDB keeps what its memory does not hold."""
    named = os.environ.get("SEGMENTS_TEMP_DIRECTORY")
    return Path(named or f"{warehouse_database()}.tmp").absolute()


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest above it that is there: DuckDB removes its own."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _version(database: Path) -> tuple[int, int] | None:
    """Return what changes when a database is published: the file is another one then."""
    return (database.stat().st_ino, database.stat().st_mtime_ns) if database.exists() else None


def unusable(database: Path, warehouse: Path) -> str | None:
    """Return why the two database files cannot be written."""
    if database == warehouse:
        return (
            f"SEGMENTS_WAREHOUSE and SEGMENTS_DATABASE are the same file, {database}. Builds write "
            "one and analysts read the other: name two."
        )
    for file in (database, warehouse):
        if file.is_dir():
            return f"{file} is a folder. Expected the path of a DuckDB file."
    problems = map(_not_writable, (database.parent, warehouse.parent, PROJECT))
    return next((problem for problem in problems if problem), None)


def _not_writable(folder: Path) -> str | None:
    """Return why nothing can be written to `folder`. It is tried: permissions tell half of it."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return (
            f"Cannot write to folder {folder}: {error.strerror}. Set SEGMENTS_WAREHOUSE and "
            "SEGMENTS_DATABASE to files in a folder that you may write to."
        )


def _fail(errors: list[str], database: Path) -> int:
    for error in errors[:MAX_ERRORS]:
        print(f"\nError: {error}", file=sys.stderr)
    if len(errors) > MAX_ERRORS:
        print(f"\n... and {len(errors) - MAX_ERRORS} more in logs/dbt.log.", file=sys.stderr)
    if database.exists():
        print(f"\nNothing was published: {database} is as it was.", file=sys.stderr)
    return 1
