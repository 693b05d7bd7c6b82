"""Whether the ways of doing the work come to the same: a number for the rows of each table."""

from pathlib import Path

import duckdb

from customer_segments.warehouse import open_warehouse

# Tables by the names that peers give them: the project's, and the columns that are compared.
LINE = (
    "line_id, invoice_key, customer_key, item_key, description_key, is_item_repeated, invoiced_at"
)
SOLD = "sold_unit_count, returned_unit_count, net_unit_count, net_sales"
TOTALS = "order_count, line_count, net_unit_count, net_sales, item_count"
TABLES = {
    "invoices": ("dim_invoices", "invoice_key, invoice_id"),
    "customers": ("dim_customer_ids", "customer_key, customer_id"),
    "stock_codes": ("dim_stock_codes", "item_key, stock_code"),
    "descriptions": ("dim_descriptions", "description_key, item_description"),
    "lines": (
        "intermediate.int_line_dispositions",
        f"{LINE}, disposition, reason, quantity, unit_price, line_value",
    ),
    "ledger_totals": (
        "rpt_line_dispositions",
        "disposition, reason, line_count, unit_count, line_value",
    ),
    "sale_lines": ("fct_sale_lines_keyed", f"{LINE}, {SOLD}, unit_price"),
    "orders": (
        "fct_orders_keyed",
        f"customer_key, invoice_key, {SOLD}, line_count, item_count, sold_value, returned_value, "
        "wholesale_line_count, has_net_units, ordered_at, last_line_at, order_date",
    ),
    "customer_items": (
        "fct_customer_items_keyed",
        "customer_key, item_key, order_count, line_count, net_unit_count, net_sales, "
        "first_bought_date, last_bought_date",
    ),
    "customer_features": (
        "fct_customer_features",
        f"customer_id, {TOTALS}, recency_days, tenure_days, active_month_count, "
        "median_days_between_orders, average_order_value, min_order_value, max_order_value, "
        "median_order_value, items_per_order, average_unit_price, average_line_value, "
        "repeat_item_share, item_entropy_bits, november_december_share, wholesale_line_share, "
        "return_share, first_order_date, last_order_date",
    ),
    "customer_segments": (
        "fct_customer_segments",
        "customer_id, segment_id, behaviour_distance, behaviour_runner_up_distance, "
        "taste_distance, taste_runner_up_distance, behaviour_confidence, taste_confidence, "
        "confidence",
    ),
    # The project notes more of a model: why, on which day and with which settings it was asked for.
    "model_parameters": (
        "(from intermediate.ml_kmeans_parameters where parameter not in "
        "('fit_reason', 'as_of_date', 'settings', 'history_days'))",
        "axis, parameter, feature, component, cluster_id, value, text",
    ),
    "segment_summary": (
        "(from intermediate.int_segments_summarised where customer_count > 0)",
        "segment_id, customer_count, net_sales, net_sales_last_90d, net_sales_previous_90d, "
        "order_count, median_recency_days, median_order_count, median_item_count, "
        "median_net_sales, return_share, mean_confidence",
    ),
}
# pandas has columns of its own, and its sums are those of fractions: only these are compared.
SEGMENTS = (
    "(select segment_id, customer_count, order_count, cast(round(net_sales) as bigint) as pounds "
    "from {} where segment_id <> 'all' and customer_count > 0)"
)
TEXTS = {
    "invoice_key": "invoice_id",
    "customer_key": "customer_id",
    "item_key": "stock_code",
    "description_key": "item_description",
}


def signatures(folder: Path) -> dict[str, str]:
    """Return a number for the rows of each table that a way has left in its folder."""
    relations = {name: name for name in TABLES}
    if (folder / "warehouse.duckdb").exists():
        connection = open_warehouse(folder / "warehouse.duckdb")
        relations = {name: relation for name, (relation, _) in TABLES.items()}
    elif (folder / "core.duckdb").exists():
        connection = duckdb.connect(str(folder / "core.duckdb"), read_only=True)
    else:
        connection = duckdb.connect()
        relations = {file.stem: f"read_parquet('{file}')" for file in folder.glob("*.parquet")}
    with connection:
        found = {
            name: signature(connection, relations[name], TABLES[name][1])
            for name in relations.keys() & TABLES.keys()
        }
        if summary := relations.get("segment_summary") or relations.get("segments"):
            found["segments"] = signature(connection, SEGMENTS.format(summary), "*")
        if (folder / "texts.duckdb").exists():
            connection.execute(f"attach '{folder / 'texts.duckdb'}' as texts (read_only)")
        for name in ("lines", "sale_lines", "orders", "customer_items"):
            columns = TABLES[name][1]
            for key, text in TEXTS.items():
                columns = columns.replace(key, text)
            file = folder / "texts" / f"{name}.parquet"
            if file.exists() or (folder / "texts.duckdb").exists():
                relation = f"read_parquet('{file}')" if file.exists() else f"texts.{name}"
                found[f"{name}, texts"] = signature(connection, relation, columns)
    return found


def signature(connection: duckdb.DuckDBPyConnection, relation: str, columns: str) -> str:
    """Return the number of rows and the sum of their hashes, which has no order."""
    rows = connection.sql(f"select {columns} from {relation}")
    values = ", ".join(map(comparable, rows.columns, map(str, rows.types)))
    [(count, hashes)] = rows.aggregate(f"count(*), sum(hash({values}))").fetchall()
    return f"{count} {hashes}"


def comparable(column: str, kind: str) -> str:
    """Return a column in the one type of its kind; fractions to the eye, as sums have no order."""
    if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")):
        # Moved a little, as many a share lies where two roundings meet.
        return f"round(cast({column} as double) + 0.00000018, 6)"
    if kind.endswith(("INT", "INTEGER", "TINYINT")):
        return f"cast({column} as bigint)"
    return f"cast({column} as text)" if kind.startswith("ENUM") else column
