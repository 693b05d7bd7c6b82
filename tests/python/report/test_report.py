"""The report is one page that anyone can open, read, search, print and forward."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import altair as alt
import duckdb
import pytest
import vl_convert
from playwright.sync_api import Page, expect

from customer_segments.report import report, words
from customer_segments.report.backtest import QUESTIONS
from customer_segments.report.page import PAGE, write_report
from customer_segments.report.vega import CONFIG

INSPECT = Path(__file__).with_name("report_page.js")
VERSION = ".".join(alt.VEGALITE_VERSION.split(".")[:2])  # the one whose schema Altair checks
MAX_BYTES = 3_000_000
WIDTHS = (375, 768, 1440)
CHECKS = ("clipped", "overlapping", "small", "faint", "faintMarks", "chartsWithoutMarks", "unnamed")
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def page_file(sample_build: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    write_report(sample_build.database, file)
    return file


@pytest.fixture
def changed(sample_build: Any, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes the report of the sample's database after some SQL."""

    def write(*statements: str) -> Path:
        database = tmp_path / "changed.duckdb"
        shutil.copy(sample_build.database, database)
        with duckdb.connect(str(database)) as connection:
            for statement in statements:
                connection.execute(statement)
        write_report(database, tmp_path / "report.html")
        return tmp_path / "report.html"

    return write


def opened(
    open_page: Visit, file: Path, width: int = 1440, theme: Literal["light", "dark"] = "light"
) -> Page:
    """Open the page, wait for its charts, and let nothing pass that its console complains of."""
    page = open_page(file)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(path=INSPECT)
    page.reload()
    page.wait_for_function(
        "[...document.querySelectorAll('[data-chart]')].every(chart => chart.querySelector('svg'))"
    )
    page.wait_for_timeout(300)  # charts follow their place once it has its final width
    assert complaints == []
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_clipped_faint_or_small_at_any_width(
    open_page: Visit, page_file: Path, width: int, theme: Literal["light", "dark"]
) -> None:
    page = opened(open_page, page_file, width, theme)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    found = {check: page.evaluate(f"inspect.{check}()") for check in CHECKS}
    assert found == {check: [] for check in CHECKS}


def test_it_is_one_small_file_without_customers(page_file: Path, sample_build: Any) -> None:
    text = page_file.read_text(encoding="utf-8")
    assert page_file.stat().st_size < MAX_BYTES
    assert not re.findall(
        r"(?:src|href)=.?(?!#)[\w:/]", re.sub(r"(?s)<script>.*?</script>", "", text)
    )
    without_scripts = re.sub(r"(?s)<script>.*?</script>|<style>.*?</style>", "", text)
    shown = set(re.findall(r"(?<![\w.,-])\w+(?![\w.,])", without_scripts))
    customers = {row[0] for row in sample_build.query("select customer_id from dim_customers")}
    assert customers
    assert not shown & customers
    assert "customer_id" not in text


def test_its_numbers_are_those_of_the_marts(
    open_page: Visit, page_file: Path, sample_build: Any
) -> None:
    page = opened(open_page, page_file)
    cards = page.locator(".card")
    rows = sample_build.query(
        "select segment_id, customer_count, net_sales, average_order_value, taste_name "
        "from rpt_segment_summary order by segment_id"
    )
    assert cards.count() == len(rows)
    for segment_id, customers, net_sales, order, taste in rows:
        card = page.locator(f"#segment-{segment_id}")
        expect(card.get_by_role("heading", level=3)).to_contain_text(taste)
        for text in (words.count(customers), words.short_amount(float(net_sales))):
            expect(card.locator(".stats dd", has_text=text).first).to_be_visible()
        expect(card.locator(".stats")).to_contain_text(words.amount(order))
    rules = (
        "select segment_id, rule, fidelity, rule_precision from rpt_segment_rules "
        "where not is_total"
    )
    for segment_id, rule, fidelity, precision in sample_build.query(rules):
        card = page.locator(f"#segment-{segment_id}")
        expect(card).to_contain_text(rule)
        expect(card).to_contain_text(
            f"Finds {words.percent(fidelity)} of them; {words.percent(precision)}"
        )
    page.locator("#outlook summary").first.click()
    expected = page.locator("#outlook figure").first.locator("tbody td:nth-child(4)")
    assert sorted(expected.all_inner_texts()) == sorted(
        words.amount(value)
        for (value,) in sample_build.query("select expected_spend from rpt_segment_value")
    )
    [[total, net]] = sample_build.query(
        "select (select sum(line_value) from rpt_line_dispositions), net_sales "
        "from rpt_segment_total"
    )
    page.locator("#money summary").first.click()
    amounts = page.locator("#money figure tbody td:last-child").all_inner_texts()
    values = [float(re.sub("[£,]", "", amount).replace(words.MINUS, "-")) for amount in amounts]
    assert values[0] == round(float(total), 2)
    assert values[-1] == float(net)
    assert abs(sum(values[:-1]) - values[-1]) < 0.01 * len(values)


def test_keys_are_enough(open_page: Visit, page_file: Path) -> None:
    page = opened(open_page, page_file)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the report")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    theme = page.get_by_role("button", name="Switch to dark colours")
    expect(theme).to_be_focused()
    assert theme.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Switch to light colours")).to_be_focused()
    assert page.evaluate("inspect.faint()") == []
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    order = []
    for _ in range(60):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
    assert [name for name in ("words", "action", "country") if name not in order] == []
    assert order.index("words") < order.index("action") < order.index("country")
    details = page.locator("figure details").first
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(details.get_by_role("table")).to_be_visible()


def test_cards_are_found_by_words_action_and_country(
    open_page: Visit, page_file: Path, sample_build: Any
) -> None:
    page = opened(open_page, page_file)
    shown = page.locator(".card:visible")
    everything = shown.count()
    page.get_by_label("Search").fill("win mailing")
    assert 0 < shown.count() < everything
    assert all("Win back" in text for text in shown.all_inner_texts())
    expect(page.get_by_role("status")).to_contain_text(f"{shown.count()} of {everything} segments")
    page.get_by_role("button", name="Show all").click()
    expect(shown).to_have_count(everything)
    page.get_by_label("Action", exact=True).select_option(value="core")
    assert {card.get_attribute("data-action") for card in shown.all()} == {"core"}
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Region or country").select_option("Germany")
    counts = sample_build.query(
        "select segment_id, count(*) from fct_customer_segments natural join fct_customer_features "
        "where country = 'Germany' group by all"
    )
    expect(shown).to_have_count(len(counts))
    for segment_id, customers in counts:
        expect(page.locator(f"#segment-{segment_id} .there")).to_contain_text(
            f"Germany: {customers} of these customers"
        )
    page.get_by_label("Search").fill("no such words")
    expect(shown).to_have_count(0)


def test_it_prints_in_light_colours_with_every_chart(
    open_page: Visit, page_file: Path, tmp_path: Path
) -> None:
    page = opened(open_page, page_file, theme="dark")
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert (tmp_path / "report.pdf").stat().st_size > 20_000
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("inspect.faint()") == []
    assert page.evaluate("inspect.faintMarks()") == []
    assert page.evaluate("inspect.chartsWithoutMarks()") == []
    assert not page.get_by_role("button").first.is_visible()


def test_damage_is_shown_as_text_and_what_is_missing_is_said(
    open_page: Visit, changed: Callable[..., Path]
) -> None:
    hostile = "<img src=x onerror=document.title=1></script>&\"'"
    quoted = hostile.replace("'", "''")
    file = changed(
        "delete from rpt_model_stability",
        "update dim_models set segment_stability = null",
        f"update rpt_segment_countries set country = '{quoted}' where country = 'Germany'",
    )
    page = opened(open_page, file, width=375)
    expect(page.get_by_text("too few customers to measure")).to_be_visible()
    expect(page.locator(".card").first).to_contain_text(hostile)
    assert page.title().startswith("Customer segments")
    page.get_by_label("Region or country").select_option(hostile)
    expect(page.locator(".card:visible .there").first).to_contain_text(hostile)


def test_a_shop_with_one_segment_and_odd_shares(
    open_page: Visit, changed: Callable[..., Path]
) -> None:
    """An empty segment has no orders; more clusters than profiles and tints get other colours."""
    file = changed(
        "update rpt_segment_summary set customer_count = 0, customer_share = 0, net_sales = 0, "
        "net_sales_share = 0, average_order_value = null, median_recency_days = null "
        "where segment_id <> 'B1T1'",
        "update rpt_segment_summary set customer_share = 1, net_sales_share = 1 "
        "where segment_id = 'B1T1'",
        "update dim_segments set behaviour_profile = 'core'",
    )
    for width in WIDTHS:
        page = opened(open_page, file, width)
        found = {check: page.evaluate(f"inspect.{check}()") for check in CHECKS}
        assert found == {check: [] for check in CHECKS}


def test_charts_are_valid_and_the_library_is_the_locked_one(page_file: Path) -> None:
    found = re.search(
        r'(?s)<script type="application/json" id="charts">(.*?)</script>',
        page_file.read_text(encoding="utf-8"),
    )
    assert found
    content = json.loads(found[1])
    for figure in content["figures"].values():
        for kind in ("wide", "narrow"):
            spec = {**figure[kind], "config": CONFIG, "datasets": {"rows": figure["rows"]}}
            alt.Chart.from_dict(spec, validate=True)
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VERSION)
    assert (PAGE / "vega.js").read_text(encoding="utf-8") == bundle, "make reference writes it"


def test_forecasts_are_shown_with_what_they_missed_and_their_absence_said(
    open_page: Visit, page_file: Path, sample_build: Any, changed: Callable[..., Path]
) -> None:
    [[low, high]] = sample_build.query(
        "select lowest_total_bias, highest_total_bias from rpt_forecast_choices "
        "where measure = 'net sales' and is_chosen and cutoff_count = 3"
    )
    heading = opened(open_page, page_file).get_by_role("heading", name="Published by 3 cutoffs")
    expect(heading).to_contain_text("the mean of the three (tied: the model and the last 90 days")
    expect(heading).to_contain_text(f"off by {words.percent_points(low)} to")
    expect(heading).to_contain_text(words.percent_points(high))
    page = opened(
        open_page,
        changed(
            "update rpt_forecast_choices set verdict = case method "
            "when 'model' then 'better' else 'worse' end where verdict = 'tied'"
        ),
    )
    expect(page.get_by_text("(clearly better: the model)")).to_be_visible()
    for change in (
        "delete from rpt_value_backtest",
        "update rpt_forecast_choices set is_chosen = false",
        "update rpt_value_backtest set gini = null",
    ):
        page = opened(open_page, changed(change), width=375)
        expect(page.get_by_text("The lines are too few")).to_be_visible()
    nothing = changed("update rpt_segment_value set expected_spend_share = 0")
    expect(opened(open_page, nothing).get_by_text("Nothing can be expected")).to_be_visible()


@pytest.mark.parametrize("number", ["nan", "infinity"])
def test_a_page_that_would_not_draw_is_not_written(
    number: str,
    sample_build: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The page of an earlier build stays, and it is said that it is one."""
    database, page = tmp_path / "changed.duckdb", tmp_path / "report.html"
    shutil.copy(sample_build.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"update rpt_segment_value set expected_spend_share = '{number}'")
    monkeypatch.setenv("SEGMENTS_DATABASE", str(database))
    page.write_text("an earlier page", encoding="utf-8")
    assert report([str(page)]) == 1
    said = capsys.readouterr().err
    assert "the report was not written" in said
    assert "expected_spend_share of queries/value.sql" in said
    assert f"{page} is of an earlier build" in said
    assert page.read_text(encoding="utf-8") == "an earlier page"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["changed.duckdb", "report.html"]


def test_without_a_database_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SEGMENTS_DATABASE", "~/none.duckdb")
    assert report([str(tmp_path / "report.html")]) == 1
    assert f"no published database at {tmp_path}/none.duckdb. Run make build" in (
        capsys.readouterr().err
    )
    assert not (tmp_path / "report.html").exists()


def test_a_backtest_is_shown_and_its_absence_said(
    open_page: Visit, page_file: Path, changed: Callable[..., Path]
) -> None:
    page = opened(open_page, page_file)
    expect(page.get_by_text("The backtest has not been run")).to_be_visible()
    rows = [
        f"('{design}', '{measure}', {verdict}, {value}, {value - 0.1}, {value + 0.1})"
        for measure, (_, chance) in QUESTIONS.items()
        for design, verdict, value in (
            ("segments", "null", chance + 0.3),
            ("rfm", "'segments better'" if measure == "auc" else "'no clear difference'", 0.2),
            ("country", "'segments worse'" if measure == "auc" else "'segments better'", 0.1),
            ("exercise", "'segments better'", 0.1),
        )
    ]
    file = changed(
        "insert into rpt_segment_backtest by name "
        "select rows.*, 324 as customer_count, date '2024-09-01' as as_of_date, "
        "date '2024-12-09' as outcomes_until_date "
        f"from (values {', '.join(rows)}) as rows (design, measure, verdict, value, low, high)"
    )
    for width in WIDTHS:
        page = opened(open_page, file, width)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        found = {check: page.evaluate(f"inspect.{check}()") for check in CHECKS}
        assert found == {check: [] for check in CHECKS}
    expect(page.get_by_role("heading", name="against RFM")).to_have_text(
        "Segments in 6 questions: against RFM better in 1 and level in 5; "
        "against country better in 5 and worse in 1"
    )
    assert page.locator("[data-chart^=backtest]").count() == len(QUESTIONS)
    assert not page.get_by_text("exercise").is_visible()


def test_what_a_segment_buys_more_of_or_the_plain_words_that_nothing_is_reliable(
    open_page: Visit, sample_build: Any, changed: Callable[..., Path]
) -> None:
    """B1T1 has no find, B2T1 only against other behaviours; a name of two codes shows its code."""
    [[code, name]] = sample_build.query(
        "select stock_code, item_name from rpt_segment_items "
        "where segment_id = 'B1T2' and item_rank = 1 and compared = 'taste within behaviour'"
    )
    without = "set item_rank = null where segment_id in ('B1T1', 'B2T1')"
    file = changed(
        f"update rpt_segment_items {without}",
        f"update rpt_segment_families {without.replace('item_rank', 'family_rank')}",
        "update rpt_segment_items set item_rank = 1 where compared = 'behaviour within taste' and "
        "segment_id = 'B2T1' and stock_code = (select min(stock_code) from rpt_segment_items "
        "where segment_id = 'B2T1' and compared = 'behaviour within taste')",
        "insert into dim_items by name (select * replace ('ZZZ' as stock_code) from dim_items "
        f"where stock_code = '{code}')",
        "update rpt_segment_item_evidence set item_lift = 0.9, backtest_finding = 'Less often.' "
        "where segment_id = 'B3T1'",
    )
    page = opened(open_page, file)
    nothing = "Nothing that it buys more of is reliable"
    expect(page.locator("#segment-B1T1")).to_contain_text(nothing)
    expect(page.locator("#segment-B1T1 .items")).to_have_count(0)
    expect(page.locator("#segment-B2T1")).to_contain_text(
        "Bought more often than by others of its taste"
    )
    expect(page.locator("#segment-B2T1")).not_to_contain_text(nothing)
    expect(page.locator("#segment-B1T2 .items li").first).to_contain_text(
        f"{words.sentence_case(f'{name} ({code})')}"
    )
    expect(page.locator("#segment-B3T1")).to_contain_text("Less often.")
    expect(page.get_by_text("Less often.")).to_have_count(1)
