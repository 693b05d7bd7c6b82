"""Business questions with SQL and answer: analyses/ has both, the sample answers."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from docs.manifest import PROJECT, one_line

HEAD = """# Questions

What people ask of the published database, with SQL to start from. Answers are those of the shipped
sample, an invented shop as of {as_of}. The SQL is in `analyses/`, question and reading in
`analyses/_analyses.yml`; `make reference` writes this page, and a test fails when an answer is not
what the sample says.

Open the database read-only, for example with `duckdb -readonly customer_segments.duckdb`. Tables
and joins are on the [cheat sheet](cheat_sheet.md).
"""
SHOWN_CHARACTERS = 60
MONEY = re.compile(r"(sales|value|spend|price)(_(last|previous)_90d|_before|_change)?$")
NUMBERS = ("_count", "_share", "_days", "_growth", "_ratio", "lift", "_rank")


def questions(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the questions, by topic, with SQL and answers, as Markdown."""
    [(as_of,)] = connection.execute("select as_of_date from rpt_build").fetchall()
    asked = yaml.safe_load((PROJECT / "analyses" / "_analyses.yml").read_text(encoding="utf-8"))
    files = {file.stem: file for file in (PROJECT / "analyses").rglob("*.sql")}
    contents, sections, topic = [], [], ""
    for analysis in asked["analyses"]:
        file = files[analysis["name"]]
        if file.parent.name != topic:
            topic = file.parent.name
            sections.append(f"## {topic.replace('_', ' ').capitalize()}\n")
            contents.append(f"\n**{topic.replace('_', ' ').capitalize()}**\n")
        question, mark, reading = one_line(analysis["description"]).partition("?")
        sql = published_sql(file)
        contents.append(f"- [{question}{mark}](#{anchor(question)})")
        sections.append(f"### {question}{mark}\n")
        sections += [f"{reading.strip()}\n"] if reading else []
        sections.append(f"```sql\n{sql}```\n\n{_table(connection, sql)}\n")
    return "\n".join([HEAD.format(as_of=as_of), *contents, "", *sections])


def published_sql(file: Path) -> str:
    """Return the SQL of an analysis as it runs on the published database, without refs."""
    return re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", file.read_text(encoding="utf-8"))


def _table(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    found = connection.execute(sql)
    names = [column[0] for column in found.description or []]
    rows = [" | ".join(map(_text, names, row)) for row in found.fetchall()]
    numbers = [":" if name.endswith(NUMBERS) or MONEY.search(name) else "" for name in names]
    rule = "|".join(f"---{mark}" for mark in numbers)
    return "\n".join([f"| {' | '.join(names)} |", f"|{rule}|", *(f"| {row} |" for row in rows)])


def _text(name: str, value: Any) -> str:
    """Return a value as a reader expects it, by what the name of its column says."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            is_whole = name == "rule" or len(value) <= SHOWN_CHARACTERS
            return value if is_whole else f"{value[:SHOWN_CHARACTERS]}..."
        case date():
            return f"{value:%Y-%m-%d}"
        case float() | Decimal():
            return _number(name, float(value))
    return f"{value:,}"


def _number(name: str, value: float) -> str:
    if name.endswith(("_share", "_growth")):
        return f"{value:.1%}"
    return f"{value:,.2f}" if MONEY.search(name) else f"{value:,.2f}".removesuffix(".00")


def anchor(heading: str) -> str:
    """Return what forges make of a heading: its letters and digits, blanks as hyphens."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
