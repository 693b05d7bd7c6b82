"""What the documents say is there: links, files, rules, variables, tables, linters."""

import re
from pathlib import Path

import pytest
import yaml
from conftest import PROJECT, VARIABLES

from docs.questions import anchor
from docs.variables import sections, variables

README = PROJECT / "README.md"
DOCUMENTS = [
    *(README, PROJECT / "CONTRIBUTING.md", PROJECT / "DECISIONS.md", PROJECT / "CHANGELOG.md"),
    *sorted((PROJECT / "docs").rglob("*.md")),
    *sorted((PROJECT / "data").rglob("README.md")),
]
# Folders of the project; what a build writes is not there before it.
FOLDERS = "analyses|benchmarks|data|docs|macros|models|python_models|seeds|src|tests"


def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def rows(text: str, head: str) -> list[list[str]]:
    """Return the cells of each row of the tables with that head."""
    tables = re.findall(rf"(?m)^{re.escape(head)}\n\|[-|:]+\|\n((?:\|.*\n)+)", text)
    return [row.strip("| ").split(" | ") for table in tables for row in table.splitlines()]


def headings(file: Path) -> set[str]:
    return {anchor(title) for title in re.findall(r"(?m)^#+ (.+)$", text_of(file))}


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(PROJECT)))
def test_links_lead_somewhere(file: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(\s*([^)\s]+)\s*\)", text_of(file)):
        path, _, place = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        if re.match(r"\w+:", link) or (target.suffix != ".md" and target.exists()):
            continue
        if not target.exists() or (place and place not in headings(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(PROJECT)))
def test_files_that_are_named_exist(file: Path) -> None:
    """But for those of other projects, which data/public/README.md names."""
    if file.parent == PROJECT / "data" / "public":
        return
    named = set(re.findall(rf"`((?:{FOLDERS})/[\w/.-]+)`", text_of(file)))
    assert [name for name in sorted(named) if not (PROJECT / name).exists()] == []


def test_every_rule_is_in_the_file_that_is_named_for_it() -> None:
    places = rows(text_of(PROJECT / "docs" / "where.md"), "| the rule for | file | search for |")
    assert len(places) >= 30
    missing = []
    for rule, file, word in places:
        path = PROJECT / file.strip("`")
        if not path.exists() or word.strip("`") not in text_of(path):
            missing.append((rule, file, word))
    assert missing == []


def test_the_page_of_variables_is_what_its_comments_say() -> None:
    assert text_of(PROJECT / "docs" / "variables.md") == variables(), "make reference"


def test_the_page_has_every_variable_with_its_default() -> None:
    page = text_of(PROJECT / "docs" / "variables.md")
    found = rows(page, "| variable | default | meaning |")
    assert {name.strip("`"): yaml.safe_load(default.strip("`")) for name, default, _ in found} == (
        VARIABLES
    )
    assert [name for name, _, meaning in found if len(meaning) < 20] == []


def test_the_page_has_every_environment_variable_of_the_profile() -> None:
    page = text_of(PROJECT / "docs" / "variables.md")
    found = rows(page, "| environment variable | default | meaning |")
    read = set(re.findall(r"env_var\('(SEGMENTS_\w+)'", text_of(PROJECT / "profiles.yml")))
    of_spark = {name for name in read if name.startswith("SEGMENTS_SPARK_")}
    assert read - of_spark <= {name.strip("`") for name, _, _ in found}
    assert [name for name in of_spark if name not in text_of(PROJECT / "docs" / "spark.md")] == []


def test_a_variable_without_a_comment_is_named() -> None:
    with pytest.raises(ValueError, match="second has no comment"):
        sections("\nvars:\n  # --- numbers ---\n  # The first.\n  first: 1\n  second: 2\n")


def test_the_readme_shows_variables_as_their_page_does() -> None:
    head = "| variable | default | meaning |"
    shown = rows(text_of(README), head)
    page = rows(text_of(PROJECT / "docs" / "variables.md"), head)
    assert 4 <= len(shown) <= 12
    assert [row for row in shown if row not in page] == []


def test_the_readme_shows_tables_as_their_page_does() -> None:
    shown = rows(text_of(README), "| table | answers |")
    page = rows(text_of(PROJECT / "docs" / "tables.md"), "| table | one row per | answers |")
    answers = {re.sub(r"\[(\w+)\].*", r"`\1`", table): answer for table, _, answer in page}
    assert len(shown) == 10
    assert [(table, answer) for table, answer in shown if answers.get(table) != answer] == []


def test_long_documents_stay_short() -> None:
    assert len(text_of(README).splitlines()) <= 150
    assert len(text_of(PROJECT / "DECISIONS.md").splitlines()) <= 60


def test_decisions_are_listed_and_say_first_what_holds() -> None:
    index = text_of(PROJECT / "DECISIONS.md")
    for file in sorted((PROJECT / "docs" / "decisions").glob("*.md")):
        assert f"(docs/decisions/{file.name})" in index
        assert re.search(r"(?m)^## (.+)$", text_of(file))[1] == "What holds", file.name


def test_pre_commit_runs_the_linters_of_make_lint() -> None:
    config = yaml.safe_load(text_of(PROJECT / ".pre-commit-config.yaml"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    entries = [hook["entry"] for hook in config["repos"][0]["hooks"]]
    recipe = re.search(r"(?m)^lint:.*\n((?:\t.*\n)+)", text_of(PROJECT / "Makefile"))[1]
    linters = r"\.venv/bin/(?:ruff|mypy|sqruff)[^'\n]*"
    assert [re.search(linters, entry)[0] for entry in entries] == re.findall(linters, recipe)


def test_ci_runs_the_tests_on_pythons_that_the_project_takes() -> None:
    [job] = yaml.safe_load(text_of(PROJECT / ".github/workflows/ci.yml"))["jobs"].values()
    assert job["steps"][-1]["run"] == "bash .ci/run"
    oldest, *newer = job["strategy"]["matrix"]["python"]
    assert f'requires-python = ">={oldest}"' in text_of(PROJECT / "pyproject.toml")
    assert newer
