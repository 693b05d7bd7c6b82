"""Set-based matching of cancellations against a slow one that anyone can follow."""

from collections import deque
from collections.abc import Iterable
from math import prod
from typing import NamedTuple

import duckdb
import pytest
from conftest import Build, compiled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


class Event(NamedTuple):
    customer: int
    item: int
    minute: int
    is_cancellation: bool
    quantity: int


def slow_matches(
    events: Iterable[tuple[int, Event]],
) -> set[tuple[int, int | None, int, bool | None]]:
    """Return (cancellation, sale or None, units, item sold before), one queue an item."""
    found: set[tuple[int, int | None, int, bool | None]] = set()
    queues: dict[tuple[int, int], deque[list[int]]] = {}
    bought: set[tuple[int, int]] = set()
    in_order = sorted(
        events, key=lambda entry: (entry[1].minute, entry[1].is_cancellation, entry[0])
    )
    for line, event in in_order:
        key = (event.customer, event.item)
        queue = queues.setdefault(key, deque())
        if not event.is_cancellation:
            queue.append([line, event.quantity])
            bought.add(key)
            continue
        wanted = abs(event.quantity)
        while wanted and queue:
            taken = min(wanted, queue[0][1])
            found.add((line, queue[0][0], taken, None))
            wanted -= taken
            queue[0][1] -= taken
            if queue[0][1] == 0:
                queue.popleft()
        if wanted:
            found.add((line, None, wanted, key in bought))
    return found


@pytest.fixture(scope="module")
def matching_sql(sample_build: Build) -> str:
    return compiled(sample_build, "int_cancellations_matched")


RANGES = (40, 3, 31, 2, 12)


def event(number: int) -> Event:
    """Return the event of a number below the product of RANGES: one draw is faster than five."""
    values = []
    for size in RANGES:
        number, value = divmod(number, size)
        values.append(value)
    customer, item, minute, is_cancellation, quantity = values
    return Event(customer, item, minute, bool(is_cancellation), quantity + 1)


events = st.integers(0, prod(RANGES) - 1).map(event)


# 40 customers x 3 items an example: thousands of histories of one customer and item.
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(events, min_size=300, max_size=800))
def test_matching_agrees_with_the_slow_way(matching_sql: str, history: list[Event]) -> None:
    numbered = list(enumerate(history))
    rows = [
        (
            line,
            event.customer,
            event.item,
            event.minute,
            event.is_cancellation,
            # Now and then a cancellation is written with a positive quantity.
            -event.quantity if event.is_cancellation and line % 7 else event.quantity,
        )
        for line, event in numbered
    ]
    with duckdb.connect(config={"threads": 1}) as connection:
        columns = list(zip(*rows, strict=True))
        connection.execute(
            """
            create table int_line_dispositions as
            select
                unnest($1) as line_id, unnest($1) as invoice_key, unnest($2) as customer_key,
                unnest($3) as item_key, 1 as description_key,
                timestamp '2011-01-01' + to_minutes(unnest($4)) as invoiced_at,
                unnest($5) as is_cancellation,
                if(is_cancellation, 'cancellation', 'sale') as disposition,
                unnest($6)::integer as quantity, 1.0::decimal(18, 4) as unit_price;
            """,
            [list(column) for column in columns],
        )
        connection.execute(
            """
            -- Invoices are named in the order of their lines, in which ties are broken.
            create table dim_invoices as
            select invoice_key, printf('%06d', invoice_key) as invoice_id
            from int_line_dispositions;
            create table dim_descriptions as select 1 as description_key, 'MUG' as item_description
            """
        )
        found = connection.execute(matching_sql).fetchall()
    assert len(found) == len(set(found))
    assert {row[1:] for row in found} == slow_matches(numbered)
