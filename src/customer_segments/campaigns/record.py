"""The folder of a campaign: files for those who send, and the record that later builds read."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb

from customer_segments.published import PublishedError
from customer_segments.spreadsheets import safe_column

RECORD = "campaign.json"
HEADERS = "headers.csv"
# What the files hold, in this order; later versions add at the end.
COLUMNS = (
    *("campaign_name", "audience_id", "customer_id", "experiment_arm", "contact_week"),
    *("priority_rank", "segment_name", "behaviour_profile", "taste_name", "country", "reason_code"),
    *("action", "channel", "offer", "cadence", "expected_spend", "usual_order_value"),
    *("next_order_value", "last_order_date", "order_count", "net_sales"),
    *("own_item_1", "own_item_2", "own_item_3", "next_item_1", "next_item_2", "next_item_3"),
    *("goal_metric", "goal_effect", "stratum", "before_date", "start_date", "end_date"),
)
AUDIENCES = """
    select distinct audience_id from drawn where experiment_arm = 'treated'
    order by length(audience_id), audience_id
"""
ROWS = """
    select {columns} from drawn where experiment_arm = '{arm}' and audience_id in ({audiences})
    order by length(audience_id), audience_id, priority_rank, customer_id
"""
# Of those whom the last campaign before treated: for tools that hold a list and sync it.
CHANGES = """
    with last_campaign as (
        select arg_max(campaign_name, (start_date, campaign_name)) as campaign_name
        from earlier_members
    ),
    before as (
        select customer_id, audience_id from earlier_members
        where experiment_arm = 'treated'
            and campaign_name = (select campaign_name from last_campaign)
    ),
    now as (select customer_id, audience_id from drawn where experiment_arm = 'treated')
    select
        coalesce(now.audience_id, before.audience_id) as audience_id,
        coalesce(now.customer_id, before.customer_id) as customer_id,
        case
            when before.customer_id is null then 'added'
            when now.customer_id is null then 'removed'
            else 'stayed'
        end as change
    from now full join before on now.customer_id = before.customer_id
    order by all
"""
COPY = "copy ({select}) to '{file}' (format {format})"


def check_new(folder: Path) -> None:
    """Raise if there is a campaign in `folder`: it says who was treated."""
    if folder.exists():
        raise PublishedError(
            f"There is a campaign in {folder} already. It is the record of who was treated and is "
            "never overwritten: choose another name."
        )


def write(
    database: duckdb.DuckDBPyConnection, folder: Path, record: dict[str, Any]
) -> dict[str, Any]:
    """Write the folder of a drawn campaign, which must not be there yet; return its record.

    It is written beside its place and renamed, so that there is a whole one or none.
    """
    check_new(folder)
    new = folder.with_name(f".{folder.name}.next")
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        headers = _headers(database, folder.parent / HEADERS)
        audiences = [audience for (audience,) in database.sql(AUDIENCES).fetchall()]
        for audience in audiences:
            _write_rows(database, new / f"treated_{audience}", headers, "treated", [audience])
        held_out = "select distinct audience_id from drawn"
        every = [audience for (audience,) in database.sql(held_out).fetchall()]
        _write_rows(database, new / "held_out", headers, "hold-out", every)
        _copy(database, _safe(database, CHANGES), new / "changes.csv")
        files = {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(new.iterdir())
        }
        record = record | {"columns": list(COLUMNS), "files": files}
        text = json.dumps(record, ensure_ascii=False, indent=2, default=str) + "\n"
        (new / RECORD).write_text(text, encoding="utf-8", newline="\n")
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return record


def _write_rows(
    database: duckdb.DuckDBPyConnection,
    file: Path,
    headers: dict[str, str],
    arm: str,
    audiences: list[str],
) -> None:
    """Write an arm's rows: to Parquet as they are, to CSV with headers and safe cells."""
    names = ", ".join(f"'{audience}'" for audience in audiences) or "null"
    select = ROWS.format(columns=", ".join(COLUMNS), arm=arm, audiences=names)
    _copy(database, select, file.with_suffix(".parquet"))
    _copy(database, _safe(database, select, headers), file.with_suffix(".csv"))


def _copy(database: duckdb.DuckDBPyConnection, select: str, file: Path) -> None:
    place = str(file).replace("'", "''")
    form = "parquet" if file.suffix == ".parquet" else "csv, header"
    database.execute(COPY.format(select=select, file=place, format=form))


def _safe(
    database: duckdb.DuckDBPyConnection, select: str, headers: dict[str, str] | None = None
) -> str:
    """Return the select with texts that no spreadsheet takes for formulas, under `headers`."""
    columns = {name: str(kind) for name, kind, *_ in database.sql(f"describe {select}").fetchall()}
    cells = []
    for name, header in (headers or {name: name for name in columns}).items():
        cell = safe_column(name) if columns[name] == "VARCHAR" else name
        quoted = header.replace('"', '""')
        cells.append(f'{cell} as "{quoted}"')
    return f"select {', '.join(cells)} from ({select})"


def _headers(database: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
    """Return the header of each column of the CSV files: their names, or what `file` maps."""
    if not file.is_file():
        return {name: name for name in COLUMNS}
    rows = database.execute(
        "select * from read_csv(?, all_varchar = true, header = true)", [str(file)]
    ).fetchall()
    if unknown := [row[0] for row in rows if row[0] not in COLUMNS]:
        raise PublishedError(
            f"{file} names a column {unknown[0]}. Expected the columns column and header, the "
            f"first one of: {', '.join(COLUMNS)}."
        )
    return {row[0]: row[1] for row in rows}
