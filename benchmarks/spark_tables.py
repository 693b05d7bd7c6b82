"""The tables of a build on Spark beside those of a build of the same lines on DuckDB.

    python -m benchmarks.spark_tables warehouse.duckdb spark_warehouse

prepares an empty `spark_warehouse` for a build that scores with the model of `warehouse.duckdb`.
"""

import sys
from pathlib import Path

import duckdb
from pyspark.sql import SparkSession

from customer_segments.warehouse import open_warehouse

SCHEMAS = ("seeds", "staging", "intermediate", "main", "semantic")
# Keys differ between engines: what they stand for is compared, which these tables say.
TEXTS = {
    "invoice_key": ("staging", "stg_online_retail__invoices", "invoice_id"),
    "customer_key": ("staging", "stg_online_retail__customers", "customer_id"),
    "item_key": ("staging", "stg_online_retail__stock_codes", "stock_code"),
    "written_item_key": ("staging", "stg_online_retail__stock_codes", "written_stock_code"),
    "description_key": ("staging", "stg_online_retail__descriptions", "item_description"),
    "country_key": ("staging", "stg_online_retail__countries", "country"),
    "currency_key": ("staging", "stg_online_retail__currencies", "currency"),
    "file_key": ("staging", "stg_online_retail__files", "file_path"),
}


def start_with_model(session: SparkSession, duckdb_warehouse: Path) -> None:
    """Empty Spark's schemas, but for the models that the build on DuckDB fitted."""
    for schema in (*SCHEMAS, "kept"):
        session.sql(f"drop schema if exists {schema} cascade")
    session.sql("create schema kept")
    with open_warehouse(duckdb_warehouse) as connection:
        models = connection.sql("from intermediate.ml_kmeans_parameters").to_arrow_table()
    session.createDataFrame(models).write.format("parquet").saveAsTable("kept.ml_kmeans_parameters")


def differences(duckdb_warehouse: Path, spark_warehouse: Path) -> dict[str, str]:
    """Return what is different, by table: rows are compared side by side, doubles to 1e-9."""
    found = {}
    with open_warehouse(duckdb_warehouse) as connection:
        connection.execute("set timezone = 'UTC'")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            f"where schema_name in {SCHEMAS} "
            # The build on DuckDB asked for a model, the one on Spark had it.
            "and table_name != 'ml_fit_decision' order by all"
        ).fetchall()
        for schema, table in tables:
            if problem := _difference(connection, spark_warehouse, schema, table):
                found[f"{schema}.{table}"] = problem
    return found


def _difference(
    connection: duckdb.DuckDBPyConnection, spark_warehouse: Path, schema: str, table: str
) -> str | None:
    files = spark_warehouse / f"{schema}.db" / table
    read = f"read_parquet('{spark_warehouse}/{{0}}.db/{{1}}/*.parquet')"
    if not files.is_dir():
        return "no such table"
    if not list(files.glob("*.parquet")):  # Spark writes no file for a seed without rows
        [(count,)] = connection.execute(f"select count(*) from {schema}.{table}").fetchall()
        return f"{count} rows on DuckDB, none on Spark" if count else None
    columns = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where schema_name = ? and table_name = ? order by column_index",
            [schema, table],
        ).fetchall()
    )
    doubles = [name for name, kind in columns.items() if kind == "DOUBLE"]
    order = ", ".join([*(name for name in columns if name not in doubles), *doubles])
    ours, theirs = (
        f"(select *, row_number() over (order by {order}) as place from ({side}))"
        for side in (
            f"select {_texts(columns, '{0}.{1}')} from {schema}.{table} as rows",
            f"select {_texts(columns, read)} from {read.format(schema, table)} as rows",
        )
    )
    unequal = [
        f"count(*) filter (where ours.{name} is distinct from theirs.{name}"
        + (
            f" and not coalesce(abs(ours.{name} - theirs.{name}) "
            f"<= 1e-9 * greatest(1, abs(ours.{name})), false)"
            if name in doubles
            else ""
        )
        + ")"
        for name in columns
    ]
    row = connection.execute(
        f"select count(ours.place), count(theirs.place), {', '.join(unequal)} "
        f"from {ours} as ours full join {theirs} as theirs on ours.place = theirs.place"
    ).fetchall()[0]
    if row[0] != row[1]:
        return f"{row[0]} rows on DuckDB, {row[1]} on Spark"
    wrong = {name: count for name, count in zip(columns, row[2:], strict=True) if count}
    return f"of {row[0]} rows, different by column: {wrong}" if wrong else None


def _texts(columns: dict[str, str], relation: str) -> str:
    """Return what to select of rows: the columns, and in place of keys what these stand for."""
    found = []
    for name, kind in columns.items():
        column = f"cast(rows.{name} as {kind})"
        if name in TEXTS:
            schema, table, text = TEXTS[name]
            texts = relation.format(schema, table)
            column = f"(select max(t.{text}) from {texts} as t where t.{name} = rows.{name})"
        found.append(f"{column} as {name}")
    return ", ".join(found)


def main(duckdb_warehouse: str, spark_warehouse: str) -> None:
    """Start a session as profiles.yml does, in a process of its own: the catalogue is for one."""
    catalogue = f"jdbc:derby:;databaseName={spark_warehouse}/metastore_db;create=true"
    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.sql.warehouse.dir", spark_warehouse)
        .config("spark.hadoop.javax.jdo.option.ConnectionURL", catalogue)
        .config(
            "spark.driver.extraJavaOptions",
            f"-Dderby.system.durability=test -Dderby.stream.error.file={spark_warehouse}.derby.log",
        )
        .config("spark.log.level", "ERROR")
        .enableHiveSupport()
        .getOrCreate()
    )
    start_with_model(session, Path(duckdb_warehouse))
    session.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
