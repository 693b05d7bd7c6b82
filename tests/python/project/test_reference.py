"""The pages in docs/ say what the project is now, and the cheat sheet prints on one page."""

import json
import re
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from conftest import PROJECT, SAMPLE, Build, Builder
from playwright.sync_api import Page

from customer_segments.commands.summary import summarise
from docs.manifest import public_marts
from docs.questions import published_sql
from docs.reference import pages


@pytest.fixture(scope="module")
def written(build: Builder, sample_build: Build) -> dict[str, str]:
    """Return the pages that `make reference` would write, tables that are made on request too."""
    parsed = build(SAMPLE / "invoice_lines.csv", "parse", "--vars", "diagnostics: true")
    assert parsed.success
    manifest = json.loads((parsed.target / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(sample_build.database), read_only=True) as connection:
        return dict(pages(manifest, connection))


def test_pages_are_up_to_date(written: dict[str, str]) -> None:
    stale = [
        name
        for name, text in written.items()
        if (PROJECT / "docs" / name).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "make reference"


def test_the_readme_shows_what_a_build_of_the_sample_prints(sample_build: Build) -> None:
    """A line of three dots stands for any lines left out; nothing else may be."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"ends with what came out:\n\n```text\n(.*?)```", readme, re.DOTALL)
    parts = [re.escape(part.strip("\n")) for part in re.split(r"(?m)^ *\.\.\.$", shown)]
    assert len(parts) == 3
    printed = summarise(sample_build.database).strip("\n") + "\n"
    assert re.fullmatch(r"\n(?:.*\n)*".join(parts), printed), printed


def test_questions_have_an_answer_in_one_order(sample_build: Build) -> None:
    analyses = sorted((PROJECT / "analyses").rglob("*.sql"))
    assert len(analyses) >= 15
    for file in analyses:
        sql = published_sql(file)
        answer = sample_build.query(sql)
        assert answer, file.name
        assert len(answer) == 1 or "\norder by" in sql.rpartition("\nfrom ")[2], file.name


def test_every_mart_has_a_key_that_no_null_hides(
    sample_build: Build, manifest: dict[str, Any]
) -> None:
    """But for tables of one row; the parameters of a model are told apart by nulls too."""
    marts = public_marts(manifest)
    assert [name for name, mart in marts.items() if not mart.key] == [
        "rpt_build",
        "rpt_segment_total",
    ]
    [(count,)] = sample_build.query("select count(*) from rpt_build")
    assert count == 1
    for name, mart in marts.items():
        if not name.endswith("_model"):
            missing = " or ".join(f"{column} is null" for column in mart.key) or "false"
            assert sample_build.query(f"select * from {name} where {missing}") == [], name


def test_joins_of_the_pictures_hold_in_the_database(
    sample_build: Build, manifest: dict[str, Any]
) -> None:
    """What is drawn as exactly one is found once: a join to it neither loses nor adds rows."""
    for name, mart in public_marts(manifest).items():
        for join in mart.joins:
            if join.condition or not mart.not_null.issuperset(join.columns):
                continue
            on = " and ".join(
                f"child.{column} = parent.{other}"
                for column, other in zip(join.columns, join.parent_columns, strict=True)
            )
            sql = f"select count(*) from {name} as child join {join.parent} as parent on {on}"
            assert sample_build.query(sql) == sample_build.query(f"select count(*) from {name}")


def test_the_cheat_sheet_prints_on_one_page(open_page: Callable[..., Page]) -> None:
    page = open_page(PROJECT / "docs" / "cheat_sheet.html")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
