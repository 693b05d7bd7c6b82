"""The ledger in polars: lines as they came, what each is, which sales cancellations gave back.

Texts are Enums with their values in order, so sorts and groups see integers; what depends on a
text alone is worked out for its values and looked up by their codes. Money is whole
ten-thousandths of a pound (columns of integers whose names match MONEY): sums are exact in any
order.
"""

import polars as pl
from polars import col, lit, when

from benchmarks.peers.fits import SERVICES

PARTS = 10_000  # of a pound
BLANK, INVISIBLE = r"[\s\p{Z}]", r"\p{Cf}"
NO_TEXTS = [
    *("", "-", "nan", "null", "none", "n/a"),
    *("#n/a", "#null!", "#ref!", "#value!", "#name?", "#num!", "#div/0!"),
]
PAIR = ["customer_id", "stock_code"]
# A line is useless without these, and says the same as another when they are equal.
MONEY = "price|value|sales"
NEEDED = ["invoice_id", "stock_code", "quantity", "unit_price", "line_value", "invoiced_at"]
SAME_LINE = [*NEEDED, "customer_id", "country", "item_description"]
EVENT_ORDER = [
    *("invoiced_at", "is_cancellation", "invoice_id", "unit_price", "quantity"),
    *("item_description", "line_id"),
]


def read_lines(path: str) -> pl.DataFrame:
    """Return the lines of the file, numbered, with clean texts."""
    units, price = col.Quantity.cast(pl.Int32, strict=False), col.UnitPrice
    # Null beyond the 18 digits of the script's money.
    whole_price = when(price.abs() < 1e14).then((price * PARTS).round().cast(pl.Int64))
    texts = {
        **{"invoice_id": "InvoiceNo", "stock_code": "StockCode"},
        **{"item_description": "Description", "country": "Country"},
    }
    written = (
        pl.scan_parquet(path, row_index_name="line_id", row_index_offset=1)
        .select(
            col.line_id.cast(pl.Int64),
            customer_id="CustomerID",
            quantity=units,
            unit_price=whole_price,
            line_value=when((col.Quantity * price).abs() < 1e13).then(units * whole_price),
            invoiced_at=col.InvoiceDate.cast(pl.Datetime("us")),
            # Each has categories of its own, so that there are no more codes than texts.
            **{n: col(c).cast(pl.Categorical(pl.Categories.random())) for n, c in texts.items()},
        )
        .collect()
    )
    cleaned = [clean(written[name]) for name in texts]
    lines = written.with_columns(*cleaned, as_ids(written["customer_id"]))
    is_marked = matches(lines["invoice_id"], "^C[0-9]*$")
    is_return = lit(is_marked) | ((col.quantity < 0) & (col.unit_price > 0))
    return lines.with_columns(is_cancellation=is_return.fill_null(False))


def clean(column: pl.Series) -> pl.Series:
    """Return texts as people see them, without spaces around them; ids and codes in capitals."""
    values = column.unique().drop_nulls()
    plain = values.cast(pl.String).str.replace_all(BLANK, " ").str.replace_all(INVISIBLE, "")
    texts = plain.str.strip_chars(" ")
    if column.name.endswith(("_id", "_code")):
        texts = texts.str.to_uppercase()
    texts = texts.set(texts.str.to_lowercase().is_in(NO_TEXTS), None)
    codes = values.to_physical()
    by_code = pl.repeat(None, (codes.max() or 0) + 1, dtype=pl.String, eager=True)
    by_code = by_code.scatter(codes, texts).cast(in_order(texts))
    return by_code.gather(column.to_physical()).alias(column.name)


def as_ids(numbers: pl.Series) -> pl.Series:
    """Return customer numbers as texts; 0 is nobody."""
    values = numbers.unique().drop_nulls()
    whole = values.cast(pl.Int64, strict=False)
    texts = whole.cast(pl.String).zip_with(whole.cast(pl.Float64) == values, values.cast(pl.String))
    texts = texts.set(texts == "0", None)
    return numbers.replace_strict(values, texts.cast(in_order(texts)))


def in_order(texts: pl.Series) -> pl.Enum:
    """Return the values of a text column as a type whose codes are in their order."""
    return pl.Enum(texts.unique().drop_nulls().sort())


def matches(column: pl.Series, pattern: str) -> pl.Series:
    """Return for each line whether its text matches."""
    return column.dtype.categories.str.contains(pattern).gather(column.to_physical())


def classify(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines with what they are, and whether their invoice repeats the item."""
    is_repeated, is_duplicate = repeats(lines)
    is_service = matches(lines["stock_code"], SERVICES) | matches(lines["invoice_id"], "^A[0-9]*$")
    price, no_customer = col.unit_price, col.customer_id.is_null()
    is_note = (col.quantity <= 0) | ((price == 0) & no_customer)
    cases = {  # the first that holds decides
        "malformed": pl.any_horizontal(col(NEEDED).is_null()),
        "duplicate": lit(is_duplicate),
        "non_merchandise": lit(is_service) | (price < 0),
        "stock_note": ~col.is_cancellation & is_note,
        "unidentified": no_customer,
        "cancellation": col.is_cancellation,
        "free_good": price == 0,
        "sale": lit(True),
    }
    names = pl.Enum(sorted(cases))
    return lines.with_columns(
        disposition=pl.coalesce(when(so).then(lit(name, names)) for name, so in cases.items()),
        is_item_repeated=is_repeated,
    ).drop("country", "is_cancellation")


def repeats(lines: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return which lines share invoice and item with another, and which of them say all again."""
    hashes = lines.select(pl.struct("customer_id", "invoice_id", "stock_code").hash()).to_series()
    in_row = hashes.sort()  # cheaper than groups, which are nearly as many as lines
    is_repeated = hashes.is_in(in_row.filter(in_row == in_row.shift()).unique().implode())
    # Few are left to be compared as a whole.
    again = lines.filter(is_repeated).filter(~pl.struct(SAME_LINE).is_first_distinct())
    return is_repeated, lines["line_id"].is_in(again["line_id"].implode())


def match_cancellations(lines: pl.DataFrame) -> pl.DataFrame:
    """Return which sale each cancellation gave back, first in first out; none for the rest."""
    events = cancelled_events(lines)
    is_cancellation, last = col.is_cancellation, col.last_unit
    next_sale, next_cancellation = (
        when(is_one).then("line_id").backward_fill().over("pair")
        for is_one in (~is_cancellation, is_cancellation)
    )
    matched = (
        events.filter(~is_cancellation | (col.matched_units > 0))
        .with_columns(last_unit=when("is_cancellation").then("matched").otherwise("sold_so_far"))
        .sort("pair", "last_unit", "is_cancellation", maintain_order=True)
        .select(
            "customer_id",
            cancellation_line_id=next_cancellation,
            sale_line_id=next_sale,
            unit_count=(last - last.shift(fill_value=0)).over("pair"),
        )
        .filter(col.unit_count > 0)
        .drop_nulls()
    )
    ids = {"cancellation_line_id": "line_id", "sale_line_id": lit(None, pl.Int64)}
    rest = col.cancelled - col.matched_units
    orphans = events.filter(rest > 0).select("customer_id", **ids, unit_count=rest)
    return pl.concat([matched, orphans])


def cancelled_events(lines: pl.DataFrame) -> pl.DataFrame:
    """Return sales and cancellations of what a customer cancelled at all, with running totals."""
    is_cancellation, units = col.disposition == "cancellation", col.quantity.cast(pl.Int64)
    cancelled = lines.lazy().filter(is_cancellation).select(PAIR).unique()
    lowest = (col.sold_so_far - col.cancelled_so_far).cum_min().over("pair")
    return (
        lines.lazy()
        .filter(col.disposition.is_in(["sale", "cancellation"]))
        .join(cancelled, on=PAIR, how="semi")
        .with_columns(is_cancellation=is_cancellation)
        .sort(*PAIR, *EVENT_ORDER, nulls_last=True)
        .select(
            *("customer_id", "line_id", "is_cancellation"),
            pair=pl.struct(PAIR).rle_id(),
            sold=when("is_cancellation").then(0).otherwise(units),
            cancelled=when("is_cancellation").then(units.abs()).otherwise(0),
        )
        .with_columns(col("sold", "cancelled").cum_sum().over("pair").name.suffix("_so_far"))
        .with_columns(matched=col.cancelled_so_far + lowest.clip(upper_bound=0))
        .with_columns(matched_units=(col.matched - col.matched.shift(fill_value=0)).over("pair"))
        .collect()
    )


def sell(lines: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """Return lines sold, with the units and pounds that came back."""
    returned = col.returned_unit_count
    returns = matched.drop_nulls().group_by(line_id="sale_line_id")
    units = returns.agg(returned_unit_count=col.unit_count.sum().cast(pl.Int32))
    return (
        lines.lazy()
        .filter(col.disposition == "sale")
        .drop("disposition")
        .rename({"quantity": "sold_unit_count", "line_value": "sold_value"})
        .join(units.lazy(), on="line_id", how="left", maintain_order="left")
        .with_columns(returned.fill_null(0))
        .with_columns(
            net_unit_count=col.sold_unit_count - returned, returned_value=returned * col.unit_price
        )
        .with_columns(net_sales=col.sold_value - col.returned_value)
        .collect()
    )
