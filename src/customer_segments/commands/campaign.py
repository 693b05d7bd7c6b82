"""What `make campaign` runs: draw a campaign, keep it in a folder, say what it can measure."""

import argparse
import re
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from customer_segments.campaigns.draw import Campaign, draw
from customer_segments.campaigns.power import Arms, pooled, sentence
from customer_segments.campaigns.record import check_new, write
from customer_segments.project import campaigns_folder
from customer_segments.published import PublishedError, open_published

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
BUILD = """
    select rpt_build.as_of_date, customer_scope, currency, line_count, model_version
    from rpt_build, dim_models where is_in_force
"""
ARMS = """
    select
        drawn.audience_id, goals.metric,
        count(*) filter (experiment_arm = 'treated'),
        count(*) filter (experiment_arm = 'hold-out'),
        any_value(goals.baseline), any_value(goals.adjusted_deviation),
        any_value(goals.goal_effect)
    from drawn
    inner join rpt_playbook_goals as goals
        on drawn.behaviour_profile = goals.behaviour_profile and goals.is_goal
    group by drawn.audience_id, goals.metric
    order by length(drawn.audience_id), drawn.audience_id
"""
EXCLUDED = """
    select exclusion, count(*) from placed where exclusion is not null
    group by all order by 2 desc, 1
"""
UNKNOWN = """
    select count(*) from (select distinct customer_id from opt_outs)
    where customer_id not in (select customer_id from fct_audience_members)
"""
# Difference of the means of the arms in standard deviations.
BALANCE = """
    select {columns} from drawn
"""
BALANCED = ("net_sales", "order_count", "recency_days")
DIFFERENCE = """(avg({0}) filter (experiment_arm = 'treated')
    - avg({0}) filter (experiment_arm = 'hold-out')) / nullif(stddev_samp({0}), 0)"""


def campaign(arguments: list[str]) -> int:
    """Run `make campaign`; return the exit code."""
    try:
        asked = _parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    folder = campaigns_folder() / asked.name
    try:
        record = run(asked, folder)
    except PublishedError as error:
        print(f"\nError: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"\nError: cannot write to {folder}: {error.strerror}. Name another folder in "
            "SEGMENTS_CAMPAIGNS.",
            file=sys.stderr,
        )
        return 1
    print("\n".join(_summary(record)))
    print(f"\nFolder    {folder}")
    return 0


def run(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Draw what is asked for and write its folder; return the record."""
    check_new(folder)
    with open_published() as database:
        database.execute("set threads = 1")  # one order of rows, one layout of the Parquet files
        as_of, scope, currency, line_count, model = database.sql(BUILD).fetchall()[0]
        start = asked.start or as_of
        wanted = Campaign(
            name=asked.name,
            start=start,
            end=start + timedelta(days=asked.days),
            holdout=asked.holdout,
            weeks=asked.weeks,
            salt=asked.salt or asked.name,
            only=tuple(asked.only),
        )
        draw(database, folder.parent, wanted)
        arms = [Arms(*row) for row in database.sql(ARMS).fetchall()]
        if not arms:
            raise PublishedError(f"Nobody is left to contact: {_excluded(database)}.")
        record = {
            "name": wanted.name,
            "as_of_date": as_of,
            "start_date": wanted.start,
            "end_date": wanted.end,
            "window_days": asked.days,
            "holdout_share": wanted.holdout,
            "weeks": wanted.weeks,
            "salt": wanted.salt,
            "only": list(wanted.only),
            "customer_scope": scope,
            "line_count": line_count,
            "versions": {"customer_segments": version("customer-segments"), "model": model},
            "arms": [_described(each, currency) for each in (*arms, *_together(arms))],
            "excluded": dict(database.sql(EXCLUDED).fetchall()),
            "unknown_opt_outs": database.sql(UNKNOWN).fetchall()[0][0],
            "balance": _balance(database),
        }
        return write(database, folder, record)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("customer-segments campaign", description=campaign.__doc__)
    parser.add_argument("name", type=_name, help="name of the campaign and of its folder")
    parser.add_argument("--only", nargs="+", default=[], help="audiences (B1T1) or profiles (core)")
    parser.add_argument("--start", type=date.fromisoformat, help="first day (default: as of)")
    parser.add_argument("--days", type=_count, default=90, help="days of the window (90)")
    parser.add_argument("--holdout", type=_share, default=0.2, help="share held out (0.2)")
    parser.add_argument("--weeks", type=_count, default=4, help="weeks of contacting (4)")
    parser.add_argument("--salt", help="any text; another one draws others (default: the name)")
    return parser


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r}: expected letters, digits, - and _")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3660:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 3660")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 < share < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a share between 0 and 1, such as 0.2")
    return share


def _together(arms: list[Arms]) -> list[Arms]:
    """Return the audiences of each metric together, where there are several."""
    metrics = sorted({each.metric for each in arms})
    of_metric = [pooled([each for each in arms if each.metric == name]) for name in metrics]
    return [each for each in of_metric if each is not None]


def _described(arms: Arms, currency: str) -> dict[str, Any]:
    return {
        "audience": arms.audience,
        "metric": arms.metric,
        "treated": arms.treated,
        "held_out": arms.held_out,
        "baseline": arms.baseline,
        "goal_effect": arms.goal_effect,
        "smallest_effect": arms.smallest_effect,
        "in_words": sentence(arms, currency),
    }


def _balance(database: duckdb.DuckDBPyConnection) -> dict[str, float | None]:
    columns = ", ".join(DIFFERENCE.format(name) for name in BALANCED)
    return dict(
        zip(BALANCED, database.sql(BALANCE.format(columns=columns)).fetchall()[0], strict=True)
    )


def _excluded(database: duckdb.DuckDBPyConnection) -> str:
    rows = database.sql(EXCLUDED).fetchall()
    return ", ".join(f"{count:,} {reason}" for reason, count in rows) or "nobody is in an audience"


def _summary(record: dict[str, Any]) -> list[str]:
    arms = [each for each in record["arms"] if each["audience"] != "together"]
    treated, held_out = (sum(each[arm] for each in arms) for arm in ("treated", "held_out"))
    lines = [
        f"Campaign  {record['name']}, {record['start_date']} to before {record['end_date']}: "
        f"{treated:,} treated, {held_out:,} held out",
        *(f"          {count:,} left out: {why}" for why, count in record["excluded"].items()),
    ]
    if record["unknown_opt_outs"]:
        lines.append(
            f"          {record['unknown_opt_outs']:,} of opt_outs.csv are in no audience: "
            "are these the customer ids of the published database?"
        )
    differences = (
        f"{name} {'-' if value is None else format(value, '+.2f')}"
        for name, value in record["balance"].items()
    )
    return [
        *lines,
        f"Balance   treated less held out, in standard deviations: {', '.join(differences)}",
        *(f"Measure   {each['in_words']}." for each in record["arms"]),
    ]
