"""The SELECT statements over invoice files: each column typed, lines of all files numbered.

DuckDB runs them; `find_invoice_lines` says what their columns are.
"""

from itertools import accumulate
from pathlib import Path

from customer_segments.reading.column_names import COLUMNS, header_words
from customer_segments.reading.file_layouts import PATH_COLUMN, FileLayout, sql_name, sql_text
from customer_segments.reading.order_statuses import is_void
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
_ORDER = '"order of the lines"'


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
    columns = {name: layout.column(name) for name in COLUMNS}
    ids = {
        name: _id(layout, name) for name in ("invoice_no", "stock_code", "description", "country")
    }
    amount = "unit_price" if layout.has("unit_price") else "line_total"
    quantity, price, date, customer = (
        columns[name] for name in ("quantity", amount, "invoice_date", "customer_id")
    )
    in_order = ""
    if layout.has("order_status") and line_number == "null":  # to look at orders loses the order
        reader = f"(select *, row_number() over () as {_ORDER} from {reader})"
        in_order = f"\n    order by {_ORDER}"
    return f"""select
    line_number,
    invoice_no,
    stock_code,
    description,
    case when quantity_number % 1 = 0 then try_cast(quantity_number as integer) end as quantity,
    {_text("quantity", quantity[1])},
    invoice_date,
    {_text("invoice_date", date[1])},
    {_unit_price(layout)} as unit_price,
    {_text("unit_price", price[1])},
    currency,
    customer_number,
    case when customer_number is null then {sql_id("written_customer_id", customer[1])} end
        as customer_id,
    country,
    overflow_text,
    {_is_header(layout)} as is_header,
    {_void_status(layout)} as void_status,
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
        {_typed_number(*price, layout.decimal_mark, is_money=True)} as price,
        {price[0]} as written_unit_price,
        {_discount(layout)} as discount,
        {_currency(layout, *price)} as currency,
        {_order_status(layout)} as order_status,
        {sql_id_number(*customer)} as customer_number,
        {customer[0]} as written_customer_id,
        {ids["country"]} as country,
        {layout.overflow()} as overflow_text,
        parse_filename({sql_name(PATH_COLUMN)}, false, 'system') as file_name,
        {sql_name(PATH_COLUMN)} as file_path
    from {reader}{in_order}
)"""


def _id(layout: FileLayout, name: str) -> str:
    """Return the SQL for a text; what stands for a missing column is of lines only.

    Rows of separators, totals and notes must not look like lines by it.
    """
    column, data_type = layout.column(name)
    if layout.has(name) or name not in dict(layout.constants):
        return sql_id(column, data_type)
    amount = "unit_price" if layout.has("unit_price") else "line_total"
    date, customer, quantity, price = (
        f"coalesce(trim(cast({layout.column(field)[0]} as varchar)), '') <> ''"
        for field in ("invoice_date", "customer_id", "quantity", amount)
    )
    return f"case when {date} or {customer} or ({quantity} and {price}) then {column} end"


def _text(name: str, data_type: str) -> str:
    if data_type == "VARCHAR":
        return f"written_{name} as {name}_text"
    # Few values need one, and to write numbers as text takes longer than to read the file.
    typed = "price" if name == "unit_price" else name
    return f"case when {typed} is null then cast(written_{name} as varchar) end as {name}_text"


def _unit_price(layout: FileLayout) -> str:
    """Return the SQL for what one unit was sold at, from `price`, a line's total or a list price.

    A discount is of the whole line, written with a minus sign or without one.
    """
    if not layout.has("unit_price"):
        total = "price"
        if layout.has("line_discount"):
            total = "price - abs(discount) * sign(price)"
        return f"try_cast(round(({total}) / nullif(quantity_number, 0), 4) as decimal(18, 4))"
    if layout.has("line_discount"):
        each = "coalesce(abs(discount / nullif(quantity_number, 0)), 0)"
        return f"try_cast(round(price - {each}, 4) as decimal(18, 4))"
    return "price"


def _discount(layout: FileLayout) -> str:
    """Return the SQL for the discount of a line, 0 where nothing is written, null if unreadable."""
    if not layout.has("line_discount"):
        return "0"
    column, data_type = layout.column("line_discount")
    number = _typed_number(column, data_type, layout.decimal_mark, is_money=True)
    return f"case when coalesce(trim(cast({column} as varchar)), '') = '' then 0 else {number} end"


def _order_status(layout: FileLayout) -> str:
    """Return the SQL for the status of an order; where later lines leave it blank, the order's."""
    if not layout.has("order_status"):
        return "cast(null as varchar)"
    written = f"nullif(trim(cast({layout.column('order_status')[0]} as varchar)), '')"
    invoice = layout.column("invoice_no")[0]
    order = f"over (partition by {sql_name(PATH_COLUMN)}, {invoice})"
    first, last = f"min({written}) {order}", f"max({written}) {order}"
    is_named = f"trim(cast({invoice} as varchar)) <> ''"  # blanks are no order of their own
    return f"coalesce({written}, case when {is_named} and {first} = {last} then {first} end)"


def _void_status(layout: FileLayout) -> str:
    """Return the SQL for the status of an order that is no sale; a return stays one."""
    if not layout.has("order_status"):
        return "cast(null as varchar)"
    return f"case when quantity_number > 0 and {is_void('order_status')} then order_status end"


def _is_header(layout: FileLayout) -> str:
    """Return the SQL for whether a row repeats the header: files were joined to one."""
    amount = "unit_price" if layout.has("unit_price") else "line_total"
    written = {"quantity": "quantity", amount: "unit_price", "invoice_date": "invoice_date"}
    if any(layout.column(name)[1] != "VARCHAR" for name in written):
        return "false"
    fields = dict(layout.fields)
    repeats = " and ".join(
        f"regexp_replace(lower(written_{text}), '[^\\p{{L}}\\p{{N}}]', '', 'g') in "
        f"({', '.join(map(sql_text, header_words(name, layout.columns[fields[name]][0])))})"
        for name, text in written.items()
    )
    unread = "quantity_number is null and price is null and invoice_date is null"
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
    if not layout.has("currency"):
        return beside
    column, _ = layout.column("currency")
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
