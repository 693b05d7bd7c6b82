"""What `make audiences` runs: a CSV and a Parquet file for each audience, and a manifest.

Texts of a CSV file are safe to open in a spreadsheet; the Parquet file has them as they are.

Everything comes from the published database, customer ids as they are there. The folder is written
beside its place and then renamed into it, so it holds one export and never parts of two. The same
database gives the same bytes.
"""

import hashlib
import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from customer_segments.project import PROJECT
from customer_segments.published import PublishedError, open_published
from customer_segments.spreadsheets import safe_column

FOLDER = PROJECT / "target" / "audiences"
USAGE = "usage: customer-segments audiences [folder]"
MANIFEST = "manifest.json"
# What the files hold, in this order, whatever columns the table gains.
COLUMNS = (
    "audience_id",
    "customer_id",
    "segment_name",
    "country",
    "action",
    "channel",
    "offer",
    "experiment_arm",
    "suppression_reason",
    "priority",
    "is_holdout",
    "is_suppressed",
    "cadence",
    "reason_code",
    "is_taste_weak",
)
NO_TEXTS = ("priority", "is_holdout", "is_suppressed", "is_taste_weak")
BUILD = """
    select rpt_build.as_of_date::varchar, customer_scope, line_count, model_version
    from rpt_build, dim_models where is_in_force
"""
# Every segment has its files, also one that nobody is in.
AUDIENCES = """
    select
        segment_id, any_value(dim_segments.segment_name), count(members.customer_id),
        count(*) filter (experiment_arm = 'treated'),
        count(*) filter (experiment_arm = 'hold-out'),
        count(*) filter (experiment_arm = 'suppressed')
    from dim_segments left join fct_audience_members as members on segment_id = audience_id
    group by segment_id order by length(segment_id), segment_id
"""
COPY = """
    copy (
        select {columns} from fct_audience_members where audience_id = '{audience_id}'
        order by customer_id
    ) to '{file}' (format {format})
"""
# Contacts and opt-outs are not in the invoices.
ADVICE = """Contact those whose experiment_arm is treated, less who has opted out and who was
contacted within the cadence: the sender knows both, these files do not."""
FORMATS = {"csv": "csv, header", "parquet": "parquet"}


def audiences(arguments: list[str]) -> int:
    """Run `make audiences`; return the exit code."""
    if len(arguments) > 1:
        print(USAGE, file=sys.stderr)
        return 2
    folder = (Path(arguments[0]).expanduser() if arguments else FOLDER).resolve()
    try:
        manifest = export(folder)
    except PublishedError as error:
        print(f"\nError: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"\nError: cannot write to {folder}: {error.strerror}. Name another folder.",
            file=sys.stderr,
        )
        return 1
    print(_summary(manifest))
    print(f"\nFolder    {folder}\n{ADVICE}")
    return 0


def export(folder: Path) -> dict[str, Any]:
    """Write the audiences of the published database to `folder`; return its manifest."""
    _check_replaceable(folder)
    new = _beside(folder, "next")
    try:
        with open_published() as database:
            new.mkdir(parents=True)
            manifest = _write(database, new)
        _put_in_place(new, folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return manifest


def _check_replaceable(folder: Path) -> None:
    """Raise if `folder` holds anything but an earlier export: it will be replaced as a whole."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise PublishedError(f"{folder} is a file. Name a folder.")
    names = {path.name for path in folder.iterdir()}
    with suppress(OSError, ValueError, LookupError, TypeError):  # whatever else has that name
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        names -= {MANIFEST, *(file for each in manifest["audiences"] for file in each["files"])}
    if names:
        raise PublishedError(
            f"{folder} holds {min(names)}, which is not of an earlier export. The folder is "
            "replaced as a whole: move the file away, or name another folder."
        )


def _beside(folder: Path, suffix: str) -> Path:
    """Return a place for a folder that becomes, or was, `folder`, with nothing there."""
    place = folder.with_name(f".{folder.name}.{suffix}")
    shutil.rmtree(place, ignore_errors=True)
    return place


def _write(database: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Any]:
    """Write the files and, last, the manifest; return it."""
    database.execute("set threads = 1")  # one order of rows, one layout of the Parquet file
    as_of_date, customer_scope, line_count, model_version = database.sql(BUILD).fetchall()[0]
    manifest: dict[str, Any] = {
        "as_of_date": as_of_date,
        "customer_scope": customer_scope,
        "line_count": line_count,
        "model_version": model_version,
        "columns": list(COLUMNS),
        "audiences": [],
    }
    for audience_id, name, members, treated, held_out, suppressed in database.sql(
        AUDIENCES
    ).fetchall():
        files = {}
        for suffix, copy_format in FORMATS.items():
            file = folder / f"{audience_id}.{suffix}"
            place = str(file).replace("'", "''")
            columns = ", ".join(_safe_columns() if suffix == "csv" else COLUMNS)
            database.execute(
                COPY.format(
                    columns=columns, audience_id=audience_id, file=place, format=copy_format
                )
            )
            files[file.name] = {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        manifest["audiences"].append(
            {
                "audience_id": audience_id,
                "segment_name": name,
                "customer_count": members,
                "treated_count": treated,
                "holdout_count": held_out,
                "suppressed_count": suppressed,
                "files": files,
            }
        )
    text = json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return manifest


def _safe_columns() -> list[str]:
    """Return the columns as a CSV file has them: of texts, what a spreadsheet does not run."""
    return [name if name in NO_TEXTS else f"{safe_column(name)} as {name}" for name in COLUMNS]


def _put_in_place(new: Path, folder: Path) -> None:
    """Rename `new` to `folder`, and remove what was there."""
    old = _beside(folder, "old")
    if folder.exists():
        os.rename(folder, old)
    os.rename(new, folder)
    shutil.rmtree(old, ignore_errors=True)


def _summary(manifest: dict[str, Any]) -> str:
    lines = [
        f"Audiences as of {manifest['as_of_date']}, model {manifest['model_version']}",
        "          customers  treated  hold-out  suppressed",
    ]
    for audience in manifest["audiences"]:
        lines.append(
            f"  {audience['audience_id']:8}{audience['customer_count']:>9,}"
            f"{audience['treated_count']:>9,}{audience['holdout_count']:>10,}"
            f"{audience['suppressed_count']:>12,}  {audience['segment_name']}"
        )
    return "\n".join(lines)
