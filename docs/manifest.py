"""The public marts, their keys and joins, from dbt's manifest: what the pages here share."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
JOIN_TESTS = ("relationships", "relationships_combination")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Join:
    """Columns of a mart that a test finds in another one."""

    parent: str
    columns: tuple[str, ...]
    parent_columns: tuple[str, ...]
    condition: str | None  # rows that the test looks at, if not all


@dataclass
class Mart:
    """A table of the published database."""

    name: str
    subject: str
    description: str
    answers: str  # the question that the table answers
    columns: dict[str, tuple[str, str]]  # type and meaning
    keys: list[tuple[str, ...]] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    not_null: set[str] = field(default_factory=set)

    @property
    def grain(self) -> str:
        """Return what a row is, which every description says first."""
        return first_sentence(self.description)

    @property
    def row(self) -> str:
        """Return what comes after "one row per"."""
        return self.grain.removeprefix("One row per ").replace("One row", "(one row)")

    @property
    def key(self) -> tuple[str, ...]:
        """Return the columns that identify a row; none for a table of one row."""
        return self.keys[0] if self.keys else ()


def read_manifest() -> Manifest:
    """Return the manifest that the last dbt command of this checkout wrote."""
    return dict(json.loads((PROJECT / "target" / "manifest.json").read_text(encoding="utf-8")))


def public_marts(manifest: Manifest) -> dict[str, Mart]:
    """Return the public marts by name, in the order of subjects and names."""
    models = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["access"] == "public"
    ]
    marts = {
        node["unique_id"]: Mart(
            node["name"],
            Path(node["original_file_path"]).parent.name,
            one_line(node["description"]),
            node["config"]["meta"].get("answers", ""),
            {
                name: (column["data_type"], one_line(column["description"]))
                for name, column in node["columns"].items()
            },
        )
        for node in sorted(models, key=lambda node: (node["original_file_path"], node["name"]))
    }
    for test in manifest["nodes"].values():
        if mart := marts.get(test.get("attached_node") or ""):
            _add_test(mart, test)
    names = {mart.name for mart in marts.values()}
    for mart in marts.values():
        order = list(mart.columns)
        mart.keys.sort(key=lambda key: (len(key), [order.index(column) for column in key]))
        mart.joins = sorted(
            (join for join in mart.joins if join.parent in names),
            key=lambda join: [order.index(column) for column in join.columns],
        )
    return {mart.name: mart for mart in marts.values()}


def one_line(text: str) -> str:
    """Return a text of several lines as one."""
    return " ".join(text.split())


def first_sentence(text: str) -> str:
    """Return a text to its first full stop, colon or semicolon."""
    return re.split(r"(?<=[\w)`])[.:;](?:\s|$)", text, maxsplit=1)[0]


def _add_test(mart: Mart, test: dict[str, Any]) -> None:
    metadata = test.get("test_metadata") or {"name": "", "kwargs": {}}
    name, arguments = metadata["name"], metadata["kwargs"]
    condition = test["config"].get("where")
    if name == "each_row" and not condition:
        rules = [rule.partition(" is not null") for rule in arguments["rules"]]
        mart.not_null.update(column for column, is_rule, rest in rules if is_rule and not rest)
        mart.keys += [tuple(key.split(", ")) for key in arguments.get("keys", [])]
    elif name in JOIN_TESTS:
        columns = tuple(arguments.get("column_names", [arguments.get("column_name")]))
        parent = re.findall(r"ref\('(\w+)'\)", arguments["to"])[-1]
        found = (arguments["field"],) if "field" in arguments else columns
        mart.joins.append(Join(parent, columns, found, condition))
