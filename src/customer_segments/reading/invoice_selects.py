"""The SELECT statements over invoice files: each column typed, lines of all files numbered.

DuckDB runs them; `find_invoice_lines` says what their columns are.
"""

from itertools import accumulate
from pathlib import Path

from customer_segments.reading.file_layouts import (
    COLUMN_NAMES,
    PATH_COLUMN,
    FileLayout,
    sql_name,
    sql_text,
)
from customer_segments.reading.parquet_files import count_lines
from customer_segments.reading.value_formats import (
    sql_currency_of,
    sql_date,
    sql_date_number,
    sql_id,
    sql_id_number,
    sql_number,
    sql_timestamp,
)

# What numbers lines that no file numbers; such a select is to run only once.
COUNTING = "row_number() over ()"


def select_files(layouts: dict[FileLayout, list[Path]], order: str | None) -> str:
    """Return the select over the lines of all files, numbered.

    Parquet files say which line is which. Where lines must be counted, DuckDB reads and cleans
    them in one thread.
    """
    files = {layout: paths for layout, paths in layouts.items() if paths}
    are_numbered = all(layout.numbers_lines() for layout in files)
    selects, first = [], 0
    for layout, paths in files.items():
        number = "null"
        if are_numbered:
            *firsts, first = accumulate(map(count_lines, paths), initial=first)
            number = layout.line_number(firsts)
        selects.append(select_lines(layout, layout.reader(paths, are_numbered), order, number))
    lines = "\nunion all\n".join(selects)
    if are_numbered:
        return lines
    return f"select * replace ({COUNTING} as line_number)\nfrom (\n{lines}\n)"


def select_lines(
    layout: FileLayout, reader: str, order: str | None, line_number: str = "null"
) -> str:
    """Return the select over the lines of files with one layout, `reader` being what reads them."""
    columns = {name: layout.column(name) for name in COLUMN_NAMES}
    ids = {
        name: sql_id(*columns[name])
        for name in ("invoice_no", "stock_code", "description", "country")
    }
    quantity, price, date, customer = (
        columns[name] for name in ("quantity", "unit_price", "invoice_date", "customer_id")
    )
    return f"""select
    line_number,
    invoice_no,
    stock_code,
    description,
    case when quantity_number % 1 = 0 then try_cast(quantity_number as integer) end as quantity,
    {_text("quantity", quantity[1])},
    invoice_date,
    {_text("invoice_date", date[1])},
    unit_price,
    {_text("unit_price", price[1])},
    currency,
    customer_number,
    case when customer_number is null then {sql_id("written_customer_id", customer[1])} end
        as customer_id,
    country,
    overflow_text,
    {_is_header(layout)} as is_header,
    file_name,
    file_path
from (
    select
        {line_number} as line_number,
        {ids["invoice_no"]} as invoice_no,
        {ids["stock_code"]} as stock_code,
        {ids["description"]} as description,
        {_typed_number(*quantity, layout.decimal_mark, is_money=False)} as quantity_number,
        {quantity[0]} as written_quantity,
        {_typed_date(*date, layout.date_shape, order)} as invoice_date,
        {date[0]} as written_invoice_date,
        {_typed_number(*price, layout.decimal_mark, is_money=True)} as unit_price,
        {price[0]} as written_unit_price,
        {_currency(layout, *price)} as currency,
        {sql_id_number(*customer)} as customer_number,
        {customer[0]} as written_customer_id,
        {ids["country"]} as country,
        {layout.overflow()} as overflow_text,
        parse_filename({sql_name(PATH_COLUMN)}, false, 'system') as file_name,
        {sql_name(PATH_COLUMN)} as file_path
    from {reader}
)"""


def _text(name: str, data_type: str) -> str:
    if data_type == "VARCHAR":
        return f"written_{name} as {name}_text"
    # Few values need one, and to write numbers as text takes longer than to read the file.
    return f"case when {name} is null then cast(written_{name} as varchar) end as {name}_text"


def _is_header(layout: FileLayout) -> str:
    """Return the SQL for whether a row repeats the header: files were joined to one."""
    names = ("quantity", "unit_price", "invoice_date")
    types = [layout.column(name)[1] for name in names]
    if types != ["VARCHAR"] * len(names):
        return "false"
    unread = " and ".join(f"{name} is null" for name in names)
    repeats = " and ".join(
        f"regexp_replace(lower(written_{name}), '[^a-z0-9]', '', 'g') "
        f"in ({', '.join(map(sql_text, layout.header_words(name)))})"
        for name in names
    )
    return f"case when {unread} then coalesce({repeats}, false) else false end"


def _typed_number(column: str, data_type: str, mark: str, is_money: bool) -> str:
    if data_type == "VARCHAR":
        return sql_number(column, mark, is_money)
    return f"try_cast({column} as decimal(18, 4))"


def _currency(layout: FileLayout, price: str, data_type: str) -> str:
    """Return the SQL for what a price is in: as a column says, else the price; null for neither."""
    beside = "cast(null as varchar)"
    if data_type == "VARCHAR":
        beside = sql_currency_of(price, layout.decimal_mark)
    if not (column := layout.currency()):
        return beside
    return f"coalesce(nullif(lower(trim(cast({column} as varchar))), ''), {beside})"


def _typed_date(column: str, data_type: str, shape: str, order: str | None) -> str:
    if data_type == "VARCHAR":
        return sql_date(column, shape, order)
    if data_type == "TIMESTAMP WITH TIME ZONE":
        return sql_timestamp(
            f"timezone('UTC', {column})"
        )  # a cast would depend on where the build runs
    if data_type.startswith(("TIMESTAMP", "DATE")):
        return sql_timestamp(column)
    return sql_date_number(f"try_cast({column} as double)")
