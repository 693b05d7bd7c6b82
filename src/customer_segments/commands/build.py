"""What `make build` runs: dbt in this process, one line a model, one message an error, a summary.

It adds nothing to `dbt build` but its manners: the same project, hooks, models and data tests. Unit
tests bring their own rows, so they say nothing of a user's lines: `make test` runs them.
"""

import gc
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from customer_segments.commands.dbt_variables import (
    VariablesError,
    split_variables,
    variables_option,
)
from customer_segments.commands.messages import (
    plain_exception,
    plain_result,
    plain_text,
    printable,
)
from customer_segments.commands.summary import summarise
from customer_segments.environment import wrong_setting
from customer_segments.project import (
    PROJECT,
    kept_models,
    published_database,
    unusable_files,
    users_path,
    warehouse_database,
)
from customer_segments.report import report

MAX_ERRORS = 5
FILES = ("SEGMENTS_DATABASE", "SEGMENTS_WAREHOUSE", "SEGMENTS_MODELS")
WITHOUT_UNIT_TESTS = ["--exclude-resource-type", "unit_test"]
# What dbt says goes to logs/dbt.log; its JSON files are for other commands of dbt.
QUIET = [
    *("--log-level", "none", "--log-level-file", "info"),
    *("--no-use-colors", "--no-use-colors-file", "--no-write-json"),
]


def build(dbt_arguments: list[str]) -> int:
    """Build everything, write the report, print the summary; return the exit code."""
    files = settle_paths()
    database = files[0]
    try:
        variables, dbt_arguments = split_variables(dbt_arguments)
        problem = unusable(*files)
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
    print(summarise(database))
    print(f"\nDatabase  {database}")
    failed = report([])
    print("Docs      `make docs` writes tables, columns and lineage as one page")
    return failed


def settle_paths() -> tuple[Path, Path, Path]:
    """Go to the project, the user's paths kept; return the paths that FILES name."""
    files = published_database(), warehouse_database(), kept_models()
    for name in ("INVOICE_LINES", "SEGMENTS_CAMPAIGNS", "SEGMENTS_TEMP_DIRECTORY"):
        if (path := os.environ.get(name)) and "://" not in path:  # in a store nothing is relative
            os.environ[name] = str(users_path(path))
    os.environ |= dict(zip(FILES, map(str, files), strict=True))
    os.chdir(PROJECT)
    return files


def unusable(*files: Path) -> str | None:
    """Return why a build cannot begin: a setting, or files that cannot be written."""
    if problem := wrong_setting() or unusable_files():
        return problem
    for file in files:
        if file.is_dir():
            return f"{file} is a folder. Expected the path of a DuckDB file."
    problems = map(_not_writable, (*(file.parent for file in files), PROJECT))
    return next((problem for problem in problems if problem), None)


def run_dbt(arguments: list[str], *, is_reported: bool = True) -> list[str]:
    """Run dbt, its own output kept in logs/dbt.log; return what went wrong in plain words."""
    from dbt.cli.main import dbtRunner  # 2 s to import: after the checks that need none of it

    callbacks = [_report_model] if is_reported else []
    outcome = dbtRunner(callbacks=[_keep_manifest, *callbacks]).invoke([*QUIET, *arguments])
    if outcome.success:
        for result in getattr(outcome.result, "results", []):
            if getattr(result, "status", None) == "warn":
                print(f"\nWarning: {printable(plain_result(result))}", file=sys.stderr)
        return []
    if outcome.exception is not None:
        return [plain_exception(outcome.exception)]
    results = sorted(outcome.result.results, key=lambda result: str(result.node.unique_id))
    broken = [result for result in results if result.status == "error"]
    failed = [result for result in results if result.status == "fail"]
    # A model that breaks is the cause of what follows; tests that fail each say something.
    return [plain_result(result) for result in broken[:1] or failed] or ["See logs/dbt.log."]


def _not_writable(folder: Path) -> str | None:
    """Return why nothing can be written to `folder`. It is tried: permissions tell half of it."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return (
            f"Cannot write to folder {folder}: {error.strerror}. Set {', '.join(FILES)} to files "
            "in folders that you may write to."
        )


def _keep_manifest(event: Any) -> None:
    """Once dbt has its manifest, Python need not search it for garbage, again and again."""
    if event.info.name == "FoundStats":
        gc.freeze()


def _report_model(event: Any) -> None:
    """Print a line when a model or seed is done, and what a macro warns of."""
    if event.info.name == "JinjaLogWarning":
        print(f"\nWarning: {printable(plain_text(event.data.msg))}", file=sys.stderr)
    if event.info.name in ("LogModelResult", "LogSeedResult"):
        node = event.data.node_info
        status = "" if node.node_status == "success" else f"  {node.node_status}"
        line = f"  {node.node_name:36}{event.data.execution_time:6.2f} s{status}\n"
        sys.stdout.write(line)  # one write a line: models end in several threads


def _version(database: Path) -> tuple[int, int] | None:
    """Return what changes when a database is published: the file is another one then."""
    return (database.stat().st_ino, database.stat().st_mtime_ns) if database.exists() else None


def _fail(errors: list[str], database: Path) -> int:
    for error in errors[:MAX_ERRORS]:
        print(f"\nError: {printable(error)}", file=sys.stderr)
    if len(errors) > MAX_ERRORS:
        print(f"\n... and {len(errors) - MAX_ERRORS} more in logs/dbt.log.", file=sys.stderr)
    if database.exists():
        print(f"\nNothing was published: {database} is as it was.", file=sys.stderr)
    return 1
