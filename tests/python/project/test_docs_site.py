"""The documentation site is one page that works without network and says what a reader needs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]
MODEL = "#!/model/model.customer_segments."


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
    graph = "document.querySelector('#cy')._cyreg?.cy"
    page.wait_for_function(f"{graph}?.nodes(':visible').length > 0")
    shown = page.evaluate(f"{graph}.nodes(':visible').map(node => node.data('label'))")
    assert {"rpt_segment_summary", "ml_customer_clusters", "fct_sale_lines_keyed"} <= set(shown)
    assert "online_retail.invoice_lines" in shown
