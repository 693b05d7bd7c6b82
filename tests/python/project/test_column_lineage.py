"""The lineage page traces the columns of the marts and works without network."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def lineage(site: Path) -> Path:
    """Return the folder that dbt-colibri writes, as `make lineage` calls it."""
    ran = subprocess.run(
        [
            Path(sys.executable).with_name("colibri"),
            "generate",
            *("--manifest", site / "manifest.json", "--catalog", site / "catalog.json"),
            *("--output-dir", site / "lineage"),
        ],
        env={**os.environ, "DO_NOT_TRACK": "1", "DBT_COLIBRI_NO_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "ERROR" not in ran.stdout + ran.stderr
    return site / "lineage"


# What a count of rows or a constant is made of is no column.
def test_columns_of_marts_are_traced_but_for_counts_and_constants(
    lineage: Path, manifest: dict[str, Any]
) -> None:
    edges = json.loads((lineage / "colibri-manifest.json").read_text())["lineage"]["edges"]
    traced = {(edge["target"], edge["targetColumn"]) for edge in edges if edge["sourceColumn"]}
    columns = {
        (name, column)
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["config"]["access"] == "public"
        for column in node["columns"]
    }
    untraced = columns - traced
    assert len(untraced) < 0.15 * len(columns), sorted(untraced)
    assert {model for model, _ in columns} == {model for model, _ in columns & traced}


def test_the_page_opens_without_network(lineage: Path, open_page: Callable[..., Page]) -> None:
    page = open_page(lineage / "index.html")
    expect(page.get_by_text("customer_segments").first).to_be_visible()
    page.get_by_placeholder("Filter models").first.fill("fct_customer_segments")
    page.get_by_text("fct_customer_segments", exact=True).first.click()
    expect(page.get_by_text("is_taste_weak").first).to_be_visible()
