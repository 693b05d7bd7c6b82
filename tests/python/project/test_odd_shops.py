"""Shops that nobody would think of: sensible tables and a page that draws, or one message."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pytest
from conftest import DATA_TESTS, WITHOUT_TESTS, Build, Builder, release_warehouse
from made_up_shops import (
    FIRST_CUSTOMER,
    ODD_SHOPS,
    TRADES,
    OddShop,
    lines_of_trade,
    write,
)
from playwright.sync_api import Page
from sklearn.metrics import adjusted_rand_score

from customer_segments.commands.messages import plain_exception, plain_result
from customer_segments.commands.summary import summarise
from customer_segments.report.page import write_report

# What no sentence for people says.
FOOLISH = re.compile(
    r"\bnan\b|\binf\b|\bNone\b|\bundefined\b|\[object|-0%|\b0 of 0\b|\b0% of .*, 0% of"
    r"|everyone 100%|Finds 0%|\d,\d{3}[.]\d\dm\b|\b100% of [1-9]\b",
    re.IGNORECASE,
)


def no_numbers(database: Path) -> list[str]:
    """Return the columns of a database that hold NaN or an infinity, with how often."""
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns "
            "where data_type in ('DOUBLE', 'FLOAT') order by all"
        ).fetchall()
        assert len(columns) > 50
        found = []
        for table, column in columns:
            [(count,)] = connection.execute(
                f"select count(*) from {table} where isnan({column}) or isinf({column})"
            ).fetchall()
            found += [f"{table}.{column}: {count}"] if count else []
    return found


def message_of(build: Build) -> str:
    """Return what a build that failed says: one message."""
    if build.exception is not None:
        return plain_exception(build.exception)
    [broken, *_] = [result for result in build.results if result.status in ("error", "fail")]
    return plain_result(broken)


def check_page(
    database: Path, page_file: Path, open_page: Callable[..., Page], shown: Iterable[str] = ()
) -> None:
    """The page draws every chart, its console is silent and its sentences are no nonsense."""
    write_report(database, page_file)
    page = open_page(page_file)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.reload()
    page.wait_for_function(
        "[...document.querySelectorAll('[data-chart]')].every(chart => chart.querySelector('svg'))"
    )
    assert complaints == []
    charts = page.locator("#charts").text_content()
    json.loads(charts or "", parse_constant=lambda name: pytest.fail(f"{name} in the charts"))
    text = page.locator("main").inner_text()
    assert [words for words in shown if words not in text] == []
    said = FOOLISH.findall(text)
    titles = page.locator("h1, h2, h3").all_inner_texts()
    assert said == [], titles


@pytest.mark.parametrize("name", ODD_SHOPS)
def test_an_odd_shop_has_sensible_tables_or_one_message(
    name: str, build: Builder, tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    shop: OddShop = ODD_SHOPS[name]
    folder = tmp_path / "built"
    folder.mkdir()
    variables = ("--vars", json.dumps(shop.variables)) if shop.variables else ()
    logged = ("--log-level-file", "info")
    found = build(shop.make(tmp_path), *DATA_TESTS, *variables, *logged, folder=folder)
    release_warehouse()
    if shop.refused:
        assert not found.success
        said = message_of(found)
        assert all(words in said for words in shop.refused), said
        assert "Traceback" not in said
        assert not found.database.exists()
        return
    assert found.success, message_of(found)
    assert no_numbers(found.database) == []
    assert FOOLISH.findall(summarise(found.database)) == []
    log = (folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert [words for words in shop.warned if words not in log] == []
    check_page(found.database, tmp_path / "report.html", open_page, shop.shown)


@pytest.mark.parametrize("name", TRADES)
def test_tastes_that_were_planted_are_found_and_none_is_invented(
    name: str, build: Builder, tmp_path: Path, open_page: Callable[..., Page]
) -> None:
    trade = TRADES[name]
    file = write(lines_of_trade(trade), tmp_path / "lines.csv")
    folder = tmp_path / "built"
    folder.mkdir()
    found = build(file, *WITHOUT_TESTS, folder=folder)
    release_warehouse()
    assert found.success, message_of(found)
    tastes = found.query("select customer_id, taste_cluster_id from fct_customer_segments")
    planted = [trade.taste_of(int(customer_id) - FIRST_CUSTOMER) for customer_id, _ in tastes]
    over_bought = found.query(
        "select items.segment_id, stock_code, segments.taste_cluster_id "
        "from rpt_segment_items as items inner join dim_segments as segments "
        "on items.segment_id = segments.segment_id "
        "where item_rank <= 5 and compared = 'taste within behaviour'"
    )
    if not trade.has_tastes:
        assert {taste for _, taste in tastes} == {0}
        assert over_bought == []
        # At a false discovery rate of 5 % one shop in twenty has a find of chance.
        chance = "select count(*) from rpt_segment_items where item_rank is not null"
        assert found.query(chance) <= [(1,)]
    else:
        assert len({taste for _, taste in tastes}) == len(trade.shelves)
        assert adjusted_rand_score(planted, [taste for _, taste in tastes]) > 0.9
        shelf_of = {
            taste: Counter(
                shelf for shelf, (_, own) in zip(planted, tastes, strict=True) if own == taste
            ).most_common(1)[0][0]
            for _, taste in tastes
        }
        assert len(over_bought) >= 2 * len(trade.shelves)
        assert [row for row in over_bought if shelf_of[row[2]] != int(row[1]) // 1000 - 10] == []
    names = [name for (name,) in found.query("select segment_name from dim_segments")]
    assert len(set(names)) == len(names)
    assert no_numbers(found.database) == []
    check_page(found.database, tmp_path / "report.html", open_page)


def test_the_sample_holds_no_number_that_is_none(sample_build: Build) -> None:
    assert no_numbers(sample_build.database) == []


def test_real_files_hold_no_number_that_is_none(
    client_build: Build, public_build: Build, everyone_build: Build
) -> None:
    for build in (client_build, public_build, everyone_build):
        assert no_numbers(build.database) == []
