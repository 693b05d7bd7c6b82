"""Whether the ways of doing the work come to the same: rows of tables, totals of segments."""

from pathlib import Path

import duckdb

# The project notes more of a model: why, on which day and with which settings it was asked for.
OF_THE_FIT = "parameter not in ('fit_reason', 'as_of_date', 'settings')"

# Table of the project, table of the script, and the columns if not all of the script's.
TABLES = [
    ("staging.stg_online_retail__invoice_lines", "invoice_lines", ""),
    ("intermediate.int_invoice_lines_classified", "invoice_lines_classified", ""),
    ("intermediate.int_cancellations_matched", "cancellations_matched", ""),
    ("fct_customer_items", "customer_item_counts", ""),
    ("main.fct_sale_lines", "sale_lines", ""),
    ("main.fct_orders", "orders", ""),
    ("main.dim_customers", "customers", ""),
    ("main.fct_customer_features", "customer_features", ""),
    (f"ml.ml_model_parameters where {OF_THE_FIT}", "model_parameters", ""),
    # Distances and what follows from them are equal to the eye only: other sums, another order.
    (
        "main.fct_customer_reasons",
        "customer_reasons",
        "customer_id, axis, feature, reason, reason_rank, round(contribution, 6)",
    ),
    (
        "main.fct_customer_segments",
        "customer_segments",
        "customer_id, segment_id, behaviour_runner_up_segment_id, taste_runner_up_segment_id, "
        "segment_name, behaviour_name, taste_name, reason, smallest_change, is_taste_weak",
    ),
]


def differing_tables(warehouse: Path, core: Path) -> list[str]:
    """Return the tables of the warehouse whose rows are not those of the script's database."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as ours (read_only)")
        connection.execute(f"attach '{core}' as theirs (read_only)")
        differing = []
        for ours, theirs, columns in TABLES:
            names = columns or ", ".join(connection.table(f"theirs.{theirs}").columns)
            # Hashes add up in any order, so nothing is sorted or joined.
            found = [
                connection.sql(f"select count(*), sum(hash({names})) from {table}").fetchall()
                for table in (f"ours.{ours}", f"theirs.{theirs}")
            ]
            if found[0] != found[1]:
                differing.append(ours)
        return differing


# What a way leaves in its folder, and its customers with their segments.
LABELLED = {
    "customer_features.parquet": """
        select
            'B' || behaviour_cluster_id || 'T' || taste_cluster_id as segment_id,
            order_count,
            net_sales_gbp
        from read_parquet('{}')
    """,
    "core.duckdb": "from found.customer_segments join found.customer_features using (customer_id)",
    "warehouse.duckdb": """
        from found.fct_customer_segments join found.fct_customer_features using (customer_id)
    """,
}


def segment_totals(folder: Path) -> list[tuple[object, ...]]:
    """Return segment, customers, orders and pounds of each segment that a way has left."""
    for name, customers in LABELLED.items():
        if (folder / name).exists():
            with duckdb.connect() as connection:
                if name.endswith(".duckdb"):
                    connection.execute(f"attach '{folder / name}' as found (read_only)")
                totals: list[tuple[object, ...]] = connection.sql(
                    f"with customers as ({customers.format(folder / name)}) "
                    "select segment_id, count(*), sum(order_count), "
                    "cast(round(sum(net_sales_gbp)) as bigint) from customers "
                    "group by all order by all"
                ).fetchall()
                return totals
    return []
