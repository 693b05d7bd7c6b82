r"""How long the published function score_customers takes for many customers.

    python -m benchmarks.scoring customer_segments.duckdb 1000000

Customers and what they bought are drawn at random, from the items that the model knows and as many
that it does not. CPU seconds count all threads: on an idle machine the wall clock is about their
share of a core.
"""

import argparse
import time
from pathlib import Path

import duckdb

CUSTOMERS = """
    create temp table customers as
    select
        'C' || range as customer_id,
        cast(1 + floor(random() * 700) as bigint) as recency_days,
        cast(1 + floor(exp(random() * 4)) as bigint) as order_count,
        cast(exp(3 + random() * 7) as decimal(18, 4)) as net_sales
    from range($customers)
"""
ITEM_COUNTS = """
    create temp table item_counts as
    with known as (
        select stock_code, row_number() over (order by stock_code) - 1 as number
        from dim_taste_model where parameter = 'idf'
    ),
    bought as (
        select
            'C' || cast(floor(random() * $customers) as bigint) as customer_id,
            cast(floor(random() * 2 * (select count(*) from known)) as bigint) as number,
            cast(1 + floor(random() * random() * 4) as bigint) as order_count
        from range($customers * $items)
    )
    select customer_id, coalesce(stock_code, 'unknown ' || bought.number) as stock_code, order_count
    from bought left join known on bought.number = known.number
"""


def measure(database: Path, customer_count: int, items_per_customer: int) -> tuple[float, float]:
    """Return seconds of the wall clock and of all cores together, for labels of all customers."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as published (read_only)")
        connection.execute("use published")
        connection.execute("set threads = 2")
        size = {"customers": customer_count, "items": items_per_customer}
        connection.execute(CUSTOMERS, {"customers": customer_count})
        connection.execute(ITEM_COUNTS, size)
        clock, cores = time.perf_counter(), time.process_time()
        connection.execute(
            "create temp table scored as from score_customers(customers, item_counts)"
        )
        seconds = time.perf_counter() - clock, time.process_time() - cores
        [(found,)] = connection.execute("select count(segment_id) from scored").fetchall()
        assert found == customer_count
        return seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("database", type=Path)
    parser.add_argument("customers", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--items", type=int, default=20, help="different items a customer bought")
    arguments = parser.parse_args()
    wall, cpu = measure(arguments.database, arguments.customers, arguments.items)
    print(f"{arguments.customers:,} customers: {wall:.1f} s, {cpu:.1f} CPU seconds, two threads")
