"""Tables, keys and joins: as Markdown to read, and as HTML to print on one page."""

from html import escape

import duckdb

from docs.manifest import Manifest, Mart, first_sentence, public_marts

HEAD = """# Cheat sheet

What a row of each table is, what identifies it, and what it joins. Written by `make reference`.
To print it on one page of A4, open [cheat_sheet.html](cheat_sheet.html) in a browser. Columns are
in the [data dictionary](data_dictionary.md), the picture in [entities](erd.md), and SQL to start
from in [questions](questions.md).

{names}
"""
NAMES = (
    "Names say what a column holds: `_id` and `stock_code` identify, `_count` counts, `_sales`, "
    "`_value`, `_price` and `_spend` are money, `_days` are whole days, `_share` is 0 to 1, `is_` "
    "and `has_` are true or false, `_at` is a time, `_date` a day."
)
PRINTED = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Customer segments: cheat sheet</title>
<style>
  @page {{ size: A4 landscape; margin: 8mm }}
  body {{ font: 6.5pt/1.2 "DejaVu Sans", Helvetica, Arial, sans-serif; margin: 0; color: #1f2933 }}
  h1 {{ font-size: 11pt; margin: 0 0 1mm }}
  h2 {{ font-size: 8pt; margin: 1.5mm 0 .5mm; color: #0b6e99; break-after: avoid }}
  p {{ margin: 0 0 .8mm; break-inside: avoid }}
  main {{ columns: 3; column-gap: 6mm }}
  main h2:first-child {{ margin-top: 0 }}
  u, i {{ font-style: normal; color: #52606d }}
</style>
<h1>Customer segments: tables, <u>keys</u> and <i>joins</i></h1>
<p>{names}</p>
<main>
{body}
</main>
</html>
"""
Function = tuple[str, list[str], str]


def published_functions(connection: duckdb.DuckDBPyConnection) -> list[Function]:
    """Return name, parameters and comment of the functions of the published database."""
    found: list[Function] = connection.execute(
        "select function_name, parameters, comment from duckdb_functions() "
        "where not internal order by 1"
    ).fetchall()
    return found


def cheat_sheet(manifest: Manifest, functions: list[Function]) -> str:
    """Return the sheet as Markdown."""
    sections = [HEAD.format(names=NAMES)]
    for subject, marts in _by_subject(manifest).items():
        rows = [
            f"| `{mart.name}` | {mart.row} | {_code(mart.key)} | {'; '.join(_joins(mart))} |"
            for mart in marts
        ]
        head = "| table | one row per | key | joins |\n|---|---|---|---|"
        sections.append("\n".join([f"## {subject}\n", head, *rows, ""]))
    rows = [
        f"| `{_call(name, parameters)}` | {comment} |" for name, parameters, comment in functions
    ]
    head = "| function | returns |\n|---|---|"
    return "\n".join([*sections, "## Functions\n", head, *rows, ""])


def printed_cheat_sheet(manifest: Manifest, functions: list[Function]) -> str:
    """Return the sheet as a page that prints on one side of A4."""
    body = []
    for subject, marts in _by_subject(manifest).items():
        body.append(f"<h2>{subject}</h2>")
        for mart in marts:
            key = f" <u>{', '.join(mart.key)}</u>" if mart.key else ""
            joins = "".join(f" <i>&rarr;&nbsp;{join}</i>" for join in _joins(mart))
            body.append(f"<p><b>{mart.name}</b> {escape(mart.row)}{key}{joins}</p>")
    body.append("<h2>Functions</h2>")
    for name, parameters, comment in functions:
        body.append(f"<p><b>{_call(name, parameters)}</b> {escape(first_sentence(comment))}</p>")
    page = PRINTED.format(names=NAMES, body="\n".join(body))
    return page.replace("`", "")


def _by_subject(manifest: Manifest) -> dict[str, list[Mart]]:
    subjects: dict[str, list[Mart]] = {}
    for mart in public_marts(manifest).values():
        subjects.setdefault(mart.subject.capitalize(), []).append(mart)
    return dict(sorted(subjects.items()))


def _joins(mart: Mart) -> list[str]:
    return [f"`{join.parent}` on {_code(join.columns)}" for join in mart.joins]


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _call(name: str, parameters: list[str]) -> str:
    return f"{name}({', '.join(parameters)})"
