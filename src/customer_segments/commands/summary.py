"""The summary that ends `make build`, read from the published database."""

from datetime import date
from pathlib import Path

import duckdb

NOTES = 12  # notes on files that are shown; all are in rpt_build
LINES = "select sum(line_count), sum(line_value) from rpt_line_dispositions"
KEPT = (
    "select sum(line_count), sum(line_value) from rpt_line_dispositions where disposition = 'sale'"
)
NOT_KEPT = """
    select disposition, reason, line_count, line_value from rpt_line_dispositions
    where disposition <> 'sale' order by line_count desc, disposition, reason
"""
BUILD = """
    select
        as_of_date, customer_scope, home_country, home_country_line_count, currency,
        filled_line_count, reading_notes
    from rpt_build
"""
NET = """
    select count(*), sum(net_sales), (select count(*) from fct_cancellations) > 0
    from fct_customer_features
"""
MODEL = """
    select model_version, as_of_date, customer_count, segment_stability
    from dim_models where is_in_force
"""
# Of a model that was kept: one that was just fitted moves nobody.
HEALTH = """
    select verdict, advised_refit, moved_share, chance_moved_share
    from rpt_model_health
    where age_days > 0 or verdict <> 'keep'
"""
LAST_FIT = "select decision, decision_reason, model_version from dim_models order by 3 desc limit 1"
SEGMENTS = """
    select segment_id, segment_name, customer_count, customer_share, net_sales_share, action
    from rpt_segment_summary
    order by length(segment_id), segment_id
"""


def summarise(database: Path) -> str:
    """Return lines in, lines kept and why the others were not, and the segments, as text."""
    with duckdb.connect(str(database), read_only=True) as connection:
        [(line_count, value)] = connection.execute(LINES).fetchall()
        [(kept_count, kept_value)] = connection.execute(KEPT).fetchall()
        not_kept = connection.execute(NOT_KEPT).fetchall()
        segments = connection.execute(SEGMENTS).fetchall()
        [build] = connection.execute(BUILD).fetchall()
        as_of, scope, home, home_lines, currency, filled, notes = build
        [model] = connection.execute(MODEL).fetchall()
        health = connection.execute(HEALTH).fetchall()
        [(decision, reason, last_version)] = connection.execute(LAST_FIT).fetchall()
        [(customers, net_sales, has_returns)] = connection.execute(NET).fetchall()
    who = "all customers" if scope == "all" else f"customers outside {home}"
    lines = [
        "",
        f"Lines     {line_count:>12,} in {value:>19,.2f} {currency}",
        f"          {kept_count or 0:>12,} kept {kept_value or 0:>17,.2f} {currency}",
        *(
            f"          {count:>12,} not  {amount:>17,.2f} {currency}  {disposition}: {reason}"
            for disposition, reason, count, amount in not_kept
        ),
        *(
            [f"          {filled:>12,} have blanks filled from the order's other lines"]
            if filled
            else []
        ),
        *_notes(notes),
        "",
        f"As of     {as_of}, {who} ({home_lines:,} lines name {home})",
        f"Net sales {net_sales:>19,.2f} {currency} of {customers:,} customers, "
        + ("returns taken off" if has_returns else "no returns in their lines"),
        _model(*model),
        *([f"          refit {last_version} refused: {reason}"] if decision == "refused" else []),
        *(_health(*row) for row in health),
        "",
        "Segments  customers        net sales",
    ]
    for segment_id, name, count, customer_share, sales_share, action in segments:
        lines += [
            f"  {segment_id:8}{count:>9,} {customer_share:>6.1%}{sales_share:>9.1%}  {name}",
            f"{'':37}{action}",
        ]
    return "\n".join(lines)


def _notes(notes: str | None) -> list[str]:
    """Return what is to be said of the files, a few lines of it."""
    lines = notes.splitlines() if notes else []
    more = [f"and {len(lines) - NOTES} more, in rpt_build"] if len(lines) > NOTES else []
    shown = [
        f"{'Files' if number == 0 else '':10}{line}" for number, line in enumerate(lines[:NOTES])
    ]
    return ["", *shown, *(f"{'':10}{line}" for line in more)] if lines else []


def _model(version: int, as_of: date, customer_count: int, stability: float | None) -> str:
    measured = "too few to measure stability" if stability is None else f"stability {stability:.2f}"
    return f"Model     {version}, fitted as of {as_of} to {customer_count:,} customers, {measured}"


def _health(verdict: str, advised: str | None, moved: float | None, chance: float | None) -> str:
    """Return what to do about the model, why, and what to type for it."""
    if moved is None:
        return f"          {verdict}: too few customers to see whom a refit would move"
    text = f"          {verdict}: a refit would move {moved:.1%} of the customers"
    if chance is not None:
        text += f", chance alone {chance:.1%}"
    return f"{text}; type refit: {advised}" if advised else text
