"""The models from the lines of a file to the ledger and the sale lines, in memory.

A whole dbt build takes seconds; the compiled SQL of these models takes a part of one.
"""

import duckdb
from conftest import PROJECT, Build, compiled_file

LEDGER = [
    *(
        f"stg_online_retail__{name}"
        for name in (
            *("invoices", "customers", "stock_codes", "descriptions", "countries", "files"),
            *("currencies", "exchange_rates", "written_lines", "incomplete_lines"),
            *("order_values", "filled_lines", "invoice_lines"),
        )
    ),
    *("dim_invoices", "dim_customer_ids", "dim_stock_codes", "dim_descriptions"),
    "int_as_of",
    "int_invoice_lines_repeated",
    "int_customer_countries",
    "int_line_dispositions",
    "int_invoice_lines_classified",
]
SALES = [
    "stg_online_retail__unreadable_lines",
    "int_cancellations_matched",
    "int_item_names",
    "fct_sale_lines_keyed",
    "fct_sale_lines",
    "fct_orders_keyed",
    "fct_cancellations",
    "rpt_line_dispositions",
    "rpt_malformed_lines",
]
SEEDS = {
    "stock_code_kinds": "code_pattern text, kind text, meaning text",
    "unknown_customers": "written text",
    "currencies": "written text, currency text",
    "exchange_rates": "currency text, from_date date, rate decimal(18, 8)",
}


def empty_warehouse() -> duckdb.DuckDBPyConnection:
    """Return a warehouse in memory that holds the seeds, and no marts."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as marts; attach ':memory:' as warehouse; use warehouse")
    for schema in ("raw", "staging", "intermediate", "seeds"):
        connection.execute(f"create schema {schema}")
    connection.execute("set search_path = 'warehouse.main,marts.main'")
    for seed, columns in SEEDS.items():
        file = PROJECT / "seeds" / f"{seed}.csv"
        connection.execute(f"create table seeds.{seed} ({columns})")
        connection.execute(
            f"insert into seeds.{seed} from read_csv('{file}', header = true, all_varchar = true)"
        )
    return connection


def model_statements(build: Build, models: list[str] | None = None) -> list[str]:
    """Return what makes each model anew, in order; `build` has compiled them."""
    schemas = {"stg": "warehouse.staging", "int": "warehouse.intermediate"}
    return [
        f"create or replace table {schemas.get(model[:3], 'marts.main')}.{model} as "
        + compiled_file(build, model).read_text()
        for model in models or LEDGER + SALES
    ]
