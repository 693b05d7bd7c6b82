"""Every variable, with the comments of dbt_project.yml and of profiles.yml as their meanings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from docs.manifest import PROJECT

HEAD = """# Variables

Every variable with its default. Written by `make reference` from the comments in
[dbt_project.yml](../dbt_project.yml) and [profiles.yml](../profiles.yml); change them there. Why
the defaults are what they are is in the [decisions](../DECISIONS.md).

For one build say `make build DBT="--vars 'as_of: 2011-09-01'"`, for several variables
`DBT="--vars '{as_of: 2011-09-01, refit: true}'"`. For good, change `dbt_project.yml`. An unknown
name, or a value that makes no sense, stops the build with a message. A meaning that ends in three
dots goes on in the next row.
"""
ENVIRONMENT = """## Environment variables

Files, threads, memory and the secret are environment variables: they differ from machine to
machine, and dbt need not parse the project again when one changes. Empty means the default; to
`make`, `~` in a path is the home folder. Those of Spark are in [spark.md](spark.md).
"""
SECTION = re.compile(r"# -+ (.+?) -+")
VARIABLE = re.compile(r"(\w+): *(.+)")
ALLOWED_VALUES = "allowed_values"  # of the variables: none itself
SETTING = re.compile(r"#   ([A-Z_]+) +(\S.*?) +\(default:? (.+)\)")
Row = tuple[str, str, str]  # name, default, meaning


@dataclass
class Section:
    """Variables under one line of dashes."""

    title: str
    rows: list[Row] = field(default_factory=list)


def variables() -> str:
    """Return the page as Markdown."""
    parts = [HEAD]
    for section in sections((PROJECT / "dbt_project.yml").read_text(encoding="utf-8")):
        rows = [(name, f"`{default}`", meaning) for name, default, meaning in section.rows]
        parts += [f"## {section.title[0].upper()}{section.title[1:]}\n", _table("variable", rows)]
    profiles = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    parts += [ENVIRONMENT, _table("environment variable", environment(profiles))]
    return "\n".join(parts)


def sections(project: str) -> list[Section]:
    """Return the variables of dbt_project.yml by section, each with the comment above it."""
    found: list[Section] = []
    comment: list[str] = []
    for line in _lines_of_vars(project):
        if title := SECTION.fullmatch(line):
            found.append(Section(title[1]))
        elif line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
        elif (variable := VARIABLE.fullmatch(line)) and variable[1] != ALLOWED_VALUES:
            if not comment or not found:
                raise ValueError(f"Variable {variable[1]} has no comment above it, or no section.")
            found[-1].rows.append((variable[1], variable[2], " ".join(comment)))
            comment = []
    return [section for section in found if section.rows]


def environment(profiles: str) -> list[Row]:
    """Return what the comment at the top of profiles.yml says of environment variables."""
    found = map(SETTING.fullmatch, profiles.splitlines())
    return [(row[1], row[3], row[2]) for row in found if row]


def _lines_of_vars(project: str) -> Iterator[str]:
    """Yield the lines of the mapping `vars` without their indentation, a mapping as one line."""
    _, _, rest = project.partition("\nvars:\n")
    lines = re.split(r"\n(?=\S)", rest)[0]
    for part in re.split(r"\n(?!    )", lines):
        line, _, below = part.strip().partition("\n")
        yield line + (f" {_one_line(below)}" if below else "")


def _one_line(mapping: str) -> str:
    found: str = yaml.safe_dump(
        yaml.safe_load(mapping), default_flow_style=True, sort_keys=False, width=10_000
    )
    return found.strip()


def _table(kind: str, rows: list[Row]) -> str:
    lines = [f"| `{name}` | {' | '.join(map(_cell, cells))} |" for name, *cells in rows]
    return "\n".join([f"| {kind} | default | meaning |", "|---|---|---|", *lines, ""])


def _cell(text: str) -> str:
    return text.replace("|", r"\|")
