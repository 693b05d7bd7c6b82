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
    (f"kept.ml_kmeans_parameters where {OF_THE_FIT}", "model_parameters", ""),
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
            if differ(connection, f"ours.{ours}", f"theirs.{theirs}", names):
                differing.append(ours)
        return differing


def differing_files(folder: Path, core: Path) -> list[str]:
    """Return the tables of the script's database whose rows are not those of a Parquet file."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{core}' as theirs (read_only)")
        tables = connection.sql(
            "select table_name from duckdb_tables() where database_name = 'theirs' order by all"
        ).fetchall()
        differing = []
        for (name,) in tables:
            file, theirs = folder / f"{name}.parquet", connection.table(f"theirs.{name}")
            # Files have types of their own, and sums of fractions another order.
            names = ", ".join(
                f"round(cast({column} as double), 6)"
                if kind == "DOUBLE"
                else f"cast({column} as {kind})"
                for column, kind in zip(theirs.columns, theirs.types, strict=True)
            )
            if (
                not file.exists()
                or connection.read_parquet(str(file)).columns != theirs.columns
                or differ(connection, f"read_parquet('{file}')", f"theirs.{name}", names)
            ):
                differing.append(name)
        return differing


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
                    f"with customers as ({customers.format(folder)}) "
                    "select segment_id, count(*), sum(order_count), "
                    "cast(round(sum(net_sales)) as bigint) from customers "
                    "group by all order by all"
                ).fetchall()
                return totals
    return []
