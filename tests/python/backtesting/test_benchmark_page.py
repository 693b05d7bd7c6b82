"""What the benchmark page says of measured costs, and how rows of two ways are compared."""

from pathlib import Path

import duckdb

from benchmarks.benchmark_page import aims_table
from benchmarks.same_rows import SEGMENTS, signature


def cost(seconds: float, failure: str | None = None) -> list[dict[str, object]]:
    return [{"wall_seconds": seconds, "cpu_seconds": seconds, "peak_gb": 1.0, "failure": failure}]


def test_aims_are_ratios_of_medians_and_growth_is_an_exponent() -> None:
    costs = {
        (100, "run-core"): cost(3),
        (100, "polars"): cost(2),
        (10_000, "run-core"): cost(30),
        (10_000, "polars"): cost(60),
        (10_000, "script"): cost(60, "out of memory"),
    }
    cells = {
        row.split(" | ")[0].strip("| "): row.split(" | ")[2:]
        for row in aims_table(costs, [100, 10_000]).splitlines()
        if row.startswith("| ")
    }
    assert cells["dbt run, the core: CPU seconds, x polars + scikit-learn"] == [
        "**1.50**",
        "0.50 |",
    ]
    assert "dbt run, the core: CPU seconds, x DuckDB script" not in cells
    assert cells["dbt run, the core: growth of CPU seconds, exponent"] == ["", "0.50 |"]


def test_rows_are_the_same_in_any_order_and_type(tmp_path: Path) -> None:
    file = tmp_path / "segment_summary.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "create table ours as "
            "select * from (values ('B1T1', 2, 3, 10.40), ('all', 2, 3, 10.40)) "
            "as rows(segment_id, customer_count, order_count, net_sales)"
        )
        connection.execute(
            "copy (select segment_id, customer_count::uinteger as customer_count, "
            "order_count::bigint as order_count, net_sales::double as net_sales from ours "
            f"order by segment_id desc) to '{file}'"
        )
        columns = "segment_id, customer_count, order_count, net_sales"
        ours = signature(connection, "ours", columns)
        assert ours == signature(connection, f"read_parquet('{file}')", columns)
        connection.execute("update ours set net_sales = 10.41 where segment_id = 'B1T1'")
        assert ours != signature(connection, "ours", columns)
        pounds = [
            signature(connection, SEGMENTS.format(table), "*") for table in ("ours", f"'{file}'")
        ]
        assert pounds[0] == pounds[1]
