"""The documentation site is one page that works without network and says what a reader needs."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PROJECT
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
MODEL = "#!/model/model.customer_segments."
GRAPH = "document.querySelector('#cy')?._cyreg?.cy"
# What of the graph a screen shows large enough to read.
MOST_NODES = 20


def graphs() -> dict[str, str]:
    """Return the places of the graphs that the overview links, by what they show."""
    page = (PROJECT / "models" / "overview.md").read_text(encoding="utf-8")
    return dict(re.findall(r"\[([^\]]+)\]\((\?\w+#!/overview[^)]+)\)", page))


def test_overview_is_the_landing_page(open_page: Visit, site: Path) -> None:
    page = open_page(site / "static_index.html")
    expect(page.get_by_role("heading", name="Customer segments from invoice lines")).to_be_visible()
    expect(page.get_by_role("heading", name="Where to start")).to_be_visible()
    page.get_by_role("link", name="rpt_segment_summary").click()
    expect(page.locator("h1", has_text="rpt_segment_summary")).to_be_visible()


@pytest.mark.parametrize(
    ("mart", "column"),
    [("fct_customer_segments", "is_taste_weak"), ("dim_items", "average_unit_price")],
)
def test_a_mart_shows_its_columns_and_the_test_of_its_rows(
    open_page: Visit, site: Path, mart: str, column: str
) -> None:
    page = open_page(site / "static_index.html", MODEL + mart)
    columns = page.locator("#columns").locator("xpath=..")
    expect(columns.get_by_text(column, exact=True)).to_be_visible()
    # Rules of rows and keys are one test of the table.
    page.get_by_text("Data Tests", exact=True).last.click()
    expect(page.get_by_role("link", name=f"{mart}__each_row")).to_be_visible()


def test_the_lineage_graph_shows_all_that_a_mart_is_made_of(open_page: Visit, site: Path) -> None:
    place = MODEL + "rpt_segment_summary?g_v=1&g_i=%2Brpt_segment_summary"
    page = open_page(site / "static_index.html", place)
    graph = "document.querySelector('#cy')?._cyreg?.cy"
    page.wait_for_function(f"{graph}?.nodes(':visible').length > 0")
    shown = page.evaluate(f"{graph}.nodes(':visible').map(node => node.data('label'))")
    assert {"rpt_segment_summary", "ml_customer_clusters", "fct_sale_lines_keyed"} <= set(shown)
    assert "online_retail.invoice_lines" in shown


@pytest.mark.parametrize("name", graphs())
def test_the_overview_opens_graphs_that_one_can_read(
    open_page: Visit, site: Path, name: str
) -> None:
    page = open_page(site / "static_index.html")
    # The address before the # lets a browser load the page anew: only then is a part selected.
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_function(f"{GRAPH}?.nodes(':visible').length > 0")
    shown = page.evaluate(f"{GRAPH}.nodes(':visible').map(node => node.data('label'))")
    asked = graphs()[name].partition("g_i=")[2].split("%20")
    assert sorted(shown) == sorted(name.partition(":")[2] or name for name in asked)
    assert len(shown) <= MOST_NODES


def test_colours_are_those_that_the_overview_names(open_page: Visit, site: Path) -> None:
    page = open_page(site / "static_index.html", graphs()["clustering"])
    page.wait_for_function(f"{GRAPH}?.nodes(':visible').length > 0")
    colours = page.evaluate(
        f"Object.fromEntries({GRAPH}.nodes(':visible').map("
        "node => [node.data('label'), node.style('background-color')]))"
    )
    assert colours["ml_customer_clusters"] == "#b44d12"
    assert colours["ml_kmeans_parameters"] == "#b44d12"
    assert colours["fct_customer_segments"] == "#2f7d32"
