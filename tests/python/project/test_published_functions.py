"""Who has only the published database scores in SQL what a build and Python would say."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import FIT_SETTINGS, Build
from one_axis import taste_distances

from benchmarks.scoring import measure
from customer_segments.fitting.behaviour import BehaviourModel
from customer_segments.fitting.taste import TasteModel

BOUGHT = ["92641J", "93367", "NO SUCH ITEM"]


@pytest.fixture(scope="module")
def published(sample_build: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return a connection as an analyst has it: the file attached, under a name of their own."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_build.database}' as shop (read_only)")
        connection.execute("use shop")
        yield connection


def test_customers_as_they_are_get_the_segment_that_they_have(
    published: duckdb.DuckDBPyConnection,
) -> None:
    columns = """
        customer_id, segment_id, behaviour_runner_up_segment_id, taste_runner_up_segment_id,
        behaviour_distance, taste_distance
    """
    stored = published.sql(f"select {columns} from fct_customer_segments order by 1").fetchall()
    scored = published.sql(
        f"select {columns} from score_customers(fct_customer_features, fct_customer_items) "
        "order by 1"
    ).fetchall()
    assert scored == stored
    one_by_one = published.sql("""
        select customer_id, scored.behaviour_name, scored.behaviour_distance
        from fct_customer_features, score_behaviour(recency_days, order_count, net_sales) scored
        order by 1
    """).fetchall()
    assert one_by_one == (
        published.sql(
            "select customer_id, behaviour_name, behaviour_distance "
            "from fct_customer_segments order by 1"
        ).fetchall()
    )


def test_somebody_who_is_no_customer_yet_is_scored(published: duckdb.DuckDBPyConnection) -> None:
    [(known, name)] = published.sql("""
        with people as (
            select 'new' as customer_id, 1 as recency_days, 1 as order_count, 90 as net_sales
        ),
        items as (select 'new' as customer_id, 'no such item' as stock_code, 1 as order_count)
        select known_item_count, behaviour_name from score_customers(people, items)
    """).fetchall()
    assert known == 0
    assert published.sql(
        "select behaviour_name from score_behaviour("
        "recency_days := 1, order_count := 1, net_sales := 90)"
    ).fetchall() == [(name,)]


def test_one_more_order_is_scored_as_python_would(published: duckdb.DuckDBPyConnection) -> None:
    found = published.execute(
        """
        select
            what_if.customer_id, what_if.segment_id, what_if_segment_id, is_moved,
            what_if_behaviour_distance, what_if_taste_distance
        from fct_customer_features, what_if_order(customer_id, 500, stock_codes := $bought) what_if
        order by 1
        """,
        {"bought": BOUGHT},
    ).df()
    features = published.sql("from fct_customer_features order by customer_id").df()
    features["recency_days"] = 1
    features["order_count"] += 1
    features["net_sales"] = features["net_sales"].astype(float) + 500
    items = published.sql(
        "select customer_id, stock_code, order_count from fct_customer_items"
    ).df()
    bought = pd.DataFrame(
        [(customer, code, 1) for customer in features["customer_id"] for code in BOUGHT],
        columns=items.columns,
    )
    items = pd.concat([items, bought]).groupby(["customer_id", "stock_code"], as_index=False).sum()
    customer_ids = features["customer_id"].to_numpy(dtype=object)
    distances = {
        "behaviour": BehaviourModel.from_table(
            published.sql("from dim_behaviour_model").df(), FIT_SETTINGS.feature_units
        ).distances(features),
        "taste": taste_distances(
            TasteModel.from_table(published.sql("from dim_taste_model").df()), items, customer_ids
        ),
    }
    labels = {axis: places.argmin(axis=1) + 1 for axis, places in distances.items()}
    segments = [f"B{behaviour}T{taste}" for behaviour, taste in zip(*labels.values(), strict=True)]
    assert found["customer_id"].tolist() == features["customer_id"].tolist()
    assert found["what_if_segment_id"].tolist() == segments
    assert (found["is_moved"] == (found["segment_id"] != found["what_if_segment_id"])).all()
    assert 0 < found["is_moved"].sum() < len(found)
    for axis, places in distances.items():
        np.testing.assert_allclose(found[f"what_if_{axis}_distance"], places.min(axis=1), atol=1e-9)


def test_codes_are_read_as_the_lines_are_and_unknown_ones_given_back(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """Codes that change the taste of a customer do so however they are written."""
    columns = "what_if_segment_id, what_if_taste_distance, unknown_stock_codes"
    plain, other, none = (
        published.execute(
            f"""
            select {columns}
            from fct_customer_features, what_if_order(customer_id, 500, stock_codes := $codes) found
            order by found.customer_id
            """,
            {"codes": codes},
        ).df()
        for codes in (["92641J", "93367"], [" 92641j", "93367 ", "93367", "typo", "TYPO", "X1"], [])
    )
    taste = ["what_if_segment_id", "what_if_taste_distance"]
    pd.testing.assert_frame_equal(plain[taste], other[taste])
    assert (plain["what_if_taste_distance"] != none["what_if_taste_distance"]).any()
    for found, unknown in ((plain, []), (other, ["TYPO", "X1"]), (none, [])):
        assert {tuple(codes) for codes in found["unknown_stock_codes"]} == {tuple(unknown)}


def test_amounts_below_zero_count_as_zero(published: duckdb.DuckDBPyConnection) -> None:
    found, nothing_left = (
        published.execute(
            f"""
            select what_if_segment_id, what_if_behaviour_distance
            from
                fct_customer_features,
                what_if_order(customer_id, {order_value}, days_ago := {days_ago}) found
            order by found.customer_id
            """
        ).fetchall()
        for order_value, days_ago in (("-9999999", -5), ("-net_sales", 0))
    )
    assert found == nothing_left
    assert len(found) > 0
    scored = "select behaviour_name, behaviour_distance from score_behaviour({})"
    assert published.sql(scored.format("-5, -1, -90")).fetchall() == (
        published.sql(scored.format("0, 0, 0")).fetchall()
    )


def test_an_unknown_value_gives_no_row(published: duckdb.DuckDBPyConnection) -> None:
    behaviour = "select * from score_behaviour({})"
    for values in ("null, 2, 500", "10, null, 500", "10, 2, null"):
        assert published.sql(behaviour.format(values)).fetchall() == []
    assert len(published.sql(behaviour.format("10, 2, 500")).fetchall()) == 1
    [(customer,)] = published.sql("select min(customer_id) from fct_customer_segments").fetchall()
    order = f"select * from what_if_order('{customer}', {{}})"
    for values in ("null", "500, days_ago := null"):
        assert published.sql(order.format(values)).fetchall() == []
    assert len(published.sql(order.format("500")).fetchall()) == 1


def test_a_million_customers_take_less_than_ten_seconds_on_two_cores(
    sample_build: Build,
) -> None:
    """A tenth of them stands for all; CPU seconds are the same on a busy machine."""
    _, cpu_seconds = measure(sample_build.database, 100_000, 20)
    assert cpu_seconds < 2 * 10 / 10
