"""Whether the ways of doing the work come to the same: rows of tables, totals of segments."""

from pathlib import Path

import duckdb

from customer_segments.warehouse import open_warehouse

# Table of the script, and the same of the project. What other ways leave has the script's names.
TABLES = {
    "invoice_lines": "staging.stg_online_retail__invoice_lines",
    "invoice_lines_classified": "intermediate.int_invoice_lines_classified",
    "cancellations_matched": "intermediate.int_cancellations_matched",
    "sale_lines": "fct_sale_lines",
    "orders": "fct_orders",
    "customer_item_counts": "fct_customer_items",
    "customers": "dim_customers",
    "customer_features": "fct_customer_features",
    "model_parameters": "intermediate.ml_kmeans_parameters",
    "dim_segments": "dim_segments",
    "customer_segments": "fct_customer_segments",
    "segment_summary": "rpt_segment_summary",
}
# The script leaves what the summary measures, without names of segments and what follows from both.
FOLLOWING = {
    *("segment_name", "behaviour_name", "taste_name", "definition", "action", "description"),
    *("customer_share", "net_sales_share", "net_sales_growth", "average_order_value", "is_total"),
}
# How weak tastes are takes what the script leaves out, tastes of first orders.
ONLY_OURS = {
    "model_parameters": {"model_version"},
    "customer_segments": {"is_taste_weak"},
    "segment_summary": FOLLOWING | {"weak_taste_share"},
}
# Columns of the script that files may do without: only tables beside the way to segments read them.
NOT_IN_FILES = {
    "invoice_lines": {
        *("written_stock_code", "file_name", "file_path", "unreadable_column", "unreadable_text")
    },
    "invoice_lines_classified": {"reason"},
    "cancellations_matched": {"orphan_reason"},
}
# The project notes more of a model: why, on which day and with which settings it was asked for.
OF_THE_FIT = "parameter not in ('fit_reason', 'as_of_date', 'settings')"
ROWS = {"model_parameters": f" where {OF_THE_FIT}"}
# Distances and what follows from them are equal to the eye only: other sums, another order.
TO_THE_EYE = {"customer_segments", "segment_summary"}


def differing_tables(warehouse: Path, core: Path) -> list[str]:
    """Return the tables of the warehouse whose rows are not those of the script's database."""
    with open_warehouse(warehouse) as connection:
        connection.execute(f"attach '{core}' as theirs (read_only)")
        differing = []
        for name, table in TABLES.items():
            ours, theirs = connection.table(table), connection.table(f"theirs.{name}")
            columns = ", ".join(
                as_type(column, kind) if name in TO_THE_EYE else column
                for column, kind in zip(theirs.columns, theirs.types, strict=True)
            )
            if set(ours.columns) - ONLY_OURS.get(name, set()) != set(theirs.columns) or differ(
                connection, f"{table}{ROWS.get(name, '')}", f"theirs.{name}", columns
            ):
                differing.append(table)
        return differing


def differing_files(folder: Path, core: Path) -> list[str]:
    """Return the tables of the script's database whose rows are not those of a Parquet file."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{core}' as theirs (read_only)")
        differing = []
        for name in TABLES:
            file, theirs = folder / f"{name}.parquet", connection.table(f"theirs.{name}")
            left = set(theirs.columns) - NOT_IN_FILES.get(name, set())
            # Files have types of their own, and sums of fractions another order.
            columns = ", ".join(
                as_type(column, kind)
                for column, kind in zip(theirs.columns, theirs.types, strict=True)
                if column in left
            )
            if (
                not file.exists()
                or set(connection.read_parquet(str(file)).columns) != left
                or differ(connection, f"read_parquet('{file}')", f"theirs.{name}", columns)
            ):
                differing.append(name)
        return differing


def as_type(column: str, kind: object) -> str:
    """Return the column as that type; fractions to the eye."""
    return (
        f"round(cast({column} as double), 6)" if kind == "DOUBLE" else f"cast({column} as {kind})"
    )


def differ(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str, names: str) -> bool:
    """Return whether two tables have other rows; hashes add up in any order, without a sort."""
    ours_found, theirs_found = (
        connection.sql(f"select count(*), sum(hash({names})) from {table}").fetchall()
        for table in (ours, theirs)
    )
    return bool(ours_found != theirs_found)


# What a way leaves in its folder, and its customers with their segments; the first there decides.
LABELLED = {
    "customer_segments.parquet": """
        from read_parquet('{0}/customer_segments.parquet') as segments
        join read_parquet('{0}/customer_features.parquet') as features using (customer_id)
    """,
    "customer_features.parquet": """
        select
            'B' || behaviour_cluster_id || 'T' || taste_cluster_id as segment_id,
            order_count,
            net_sales
        from read_parquet('{0}/customer_features.parquet')
    """,
    "core.duckdb": "from found.customer_segments join found.customer_features using (customer_id)",
    "warehouse.duckdb.marts": """
        from found.fct_customer_segments join found.fct_customer_features using (customer_id)
    """,
}


def segment_totals(folder: Path) -> list[tuple[object, ...]]:
    """Return segment, customers, orders and pounds of each segment that a way has left."""
    for name, customers in LABELLED.items():
        if (folder / name).exists():
            with duckdb.connect() as connection:
                if ".duckdb" in name:
                    connection.execute(f"attach '{folder / name}' as found (read_only)")
                totals: list[tuple[object, ...]] = connection.sql(
                    f"with customers as ({customers.format(folder)}) "
                    "select segment_id, count(*), sum(order_count), "
                    "cast(round(sum(net_sales)) as bigint) from customers "
                    "group by all order by all"
                ).fetchall()
                return totals
    return []
