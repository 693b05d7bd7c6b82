"""Lists of items made as of a day hold in what customers bought afterwards."""

import pandas as pd
import pytest
from conftest import BEFORE, Build

from benchmarks.item_backtest import LISTS, SEGMENTS, kept_lift, next_item_hits


def pairs(**items: str) -> pd.DataFrame:
    """Return customer x item, an item a letter: pairs(F="ab")."""
    rows = [(customer, code) for customer, codes in items.items() for code in codes]
    return pd.DataFrame(rows, columns=["customer_id", "stock_code"])


def ranked(by: str, **items: str) -> pd.DataFrame:
    lists = pairs(**items).rename(columns={"customer_id": by})
    lists["item_rank"] = lists.groupby(by).cumcount() + 1
    return lists


def test_kept_lift_by_hand() -> None:
    segments = pd.DataFrame(
        {
            "customer_id": list("FGHIJK"),
            "segment_id": ["one", "one", "two", "two", "two", "elsewhere"],
            "within": ["here", "here", "here", "here", "here", "there"],
        }
    )
    later = pairs(F="ab", G="b", H="b", I="bd", J="bd", K="abc", new="aaa")
    found = kept_lift(ranked("segment_id", one="abcd", two="ad"), segments, later, top_count=3)
    assert found["is_kept"].tolist()[:2] == [True, False]  # b: all of one, all of two
    assert found["is_kept"].isna().tolist() == [False, False, True, False, False]  # nobody bought c
    assert found["is_kept"].tolist()[3:] == [False, True]
    assert found["later_support"].tolist() == [0.5, 1, 0, 0, pytest.approx(2 / 3)]
    assert found["later_other_support"].tolist() == [0, 1, 0, 0.5, 0]


def test_next_item_hits_by_hand() -> None:
    """Bestsellers are a, b, c, d; F has a, so b and c are offered; J buys nothing new."""
    past = pairs(F="a", G="abc", H="abcd", I="ab", J="z")
    later = pairs(F="abd", G="ad", I="xy", J="z", new="a")
    found = next_item_hits(
        ranked("customer_id", F="db", I="cda"), past, later, top_count=2
    ).set_index("customer_id")
    assert found.loc["F"].tolist() == [2, 2, 1]
    assert found.loc["G"].tolist() == [1, 0, 1]
    assert found.loc["I"].tolist() == [2, 0, 0]
    assert list(found.index) == ["F", "G", "I"]


def measure(before: Build, after: Build, as_of: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both measures of a build as of a day, from a build of all lines."""
    with before.open_warehouse() as past, after.open_warehouse() as future:
        lists = past.sql(LISTS).df()
        segments = past.sql(SEGMENTS).df()
        recommended = past.sql("from fct_next_best_items").df()
        bought = past.sql("from fct_sale_lines where net_unit_count > 0").df()
        later = future.sql(
            f"from fct_sale_lines where net_unit_count > 0 and invoiced_at >= '{as_of}'"
        ).df()
    return kept_lift(lists, segments, later), next_item_hits(recommended, bought, later)


def test_sample_lists_hold_and_beat_bestsellers(
    sample_build: Build, september_build: Build
) -> None:
    kept, hits = measure(september_build, sample_build, "2024-09-10")
    assert len(kept) >= 60
    assert kept["is_kept"].mean() >= 0.8
    assert hits["recommended_hits"].sum() >= 1.5 * hits["bestseller_hits"].sum()


@pytest.mark.parametrize("name", ["client", "public"])
def test_real_lists_hold_and_beat_bestsellers(name: str, request: pytest.FixtureRequest) -> None:
    before, after = (request.getfixturevalue(f"{name}_{kind}") for kind in ("before", "build"))
    kept, hits = measure(before, after, str(BEFORE))
    assert len(kept) >= 40
    assert kept["is_kept"].mean() >= 0.8
    assert hits["recommended_hits"].sum() > hits["bestseller_hits"].sum()
