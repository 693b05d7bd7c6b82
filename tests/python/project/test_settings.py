"""A setting is named where it is declared and where it is used, in few places."""

import re
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT

DECLARED = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
VARIABLES = sorted(set(DECLARED) - {"allowed_values"})
MOST_FILES = 4
# Who and when the build is about is said in messages, in rpt_build, and by commands that set it.
MORE = {
    "as_of": 6,
    "columns": 6,  # of tables, figures and layouts, too
    "currency": 13,  # what amounts are read in and converted to; each sentence with one says it
    "customer_scope": 7,
    "home_country": 6,
    "invoice_lines_relation": 5,  # its model, its source, and files that are none then
    "publish": 5,  # where three sources are, too
    "random_seed": 5,  # the models of value draw too, and each model keeps its own
    "schema_prefix": 5,  # as publish
    "segment_jaccard_min": 5,  # the gate and the report measure by it, a message says it
    "stability_min": 5,  # as that
}


def sources() -> dict[str, str]:
    """Return what dbt and Python run, file by file."""
    folders = ("models", "macros", "python_models", "src/customer_segments")
    files = [file for folder in folders for file in (PROJECT / folder).rglob("*")]
    files += (PROJECT / "tests").rglob("*.sql")
    kinds = {".sql", ".yml", ".py"}
    return {
        str(file.relative_to(PROJECT)): file.read_text(encoding="utf-8")
        for file in files
        if file.suffix in kinds
    }


def names_of(name: str, file: str, text: str) -> bool:
    """Tell whether a file reads a variable of dbt, or has a field or a key of its name."""
    in_python = rf"(?m)^    {name}: (?!pd\.)|[\"']{name}[\"']"
    in_sql = rf"var\([\"']{name}[\"']\)"
    return bool(re.search(in_python if Path(file).suffix == ".py" else in_sql, text))


@pytest.mark.parametrize("name", VARIABLES)
def test_a_setting_stands_in_few_files(name: str) -> None:
    files = [file for file, text in sources().items() if names_of(name, file, text)]
    assert files, f"nothing reads the variable {name}"
    assert len(files) + 1 <= MORE.get(name, MOST_FILES), files  # and dbt_project.yml


def test_each_variable_says_what_it_may_be() -> None:
    assert sorted(DECLARED["allowed_values"]) == VARIABLES
