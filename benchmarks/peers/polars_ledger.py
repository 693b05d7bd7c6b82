"""The ledger in polars: lines as they came, what each is, which sales cancellations gave back.

Texts are Enums with their values in order, so sorts and groups see integers; what depends on a
text alone is worked out for its values and looked up by their codes. Money is whole
ten-thousandths of a pound (`_gbp` columns of integers), so sums are exact in any order.
"""

import re
from pathlib import Path

import polars as pl

from benchmarks.peers.fits import PROJECT

PARTS = 10_000  # of a pound
TEXTS = {
    "InvoiceNo": "invoice_id",
    "StockCode": "stock_code",
    "Description": "item_description",
    "Country": "country",
}
BLANK, INVISIBLE = r"[\s\p{Z}]", r"\p{Cf}"
NO_TEXTS = [
    *("", "-", "nan", "null", "none", "n/a"),
    *("#n/a", "#null!", "#ref!", "#value!", "#name?", "#num!", "#div/0!"),
]
PAIR = ["customer_id", "stock_code"]
# What makes a line useless, and the column that it lacks.
UNREADABLE = {
    "invoice number": "invoice_id",
    "stock code": "stock_code",
    "quantity": "quantity",
    "unit price": "unit_price",
    "line value": "line_value",
    "invoice date": "invoiced_at",
}
REASONS = {
    **{f"cannot read {column}": "malformed" for column in UNREADABLE},
    "adjustment": "non_merchandise",
    "negative price": "non_merchandise",
    "repeated in its file": "duplicate",
    "quantity not above zero": "stock_note",
    "no price, no customer": "stock_note",
    "no customer id": "unidentified",
    "goods cancelled": "cancellation",
    "price is zero": "free_good",
    "goods sold": "sale",
}
SAME_LINE = [
    "invoice_id",
    "stock_code",
    "quantity",
    "invoiced_at",
    "unit_price",
    "customer_id",
    "country",
    "item_description",
]
SALE_COLUMNS = [
    "line_id",
    "invoice_id",
    "customer_id",
    "stock_code",
    "item_description",
    "unit_price",
    "sold_unit_count",
    "returned_unit_count",
    "unit_count",
    "sold_value",
    "returned_value",
    "net_sales",
    "is_item_repeated",
    "invoiced_at",
]


def read_lines(path: str) -> pl.DataFrame:
    """Return the lines of the file, numbered, with clean texts and what cannot be read."""
    number, price = pl.col("Quantity"), pl.col("UnitPrice")
    written = (
        pl.scan_parquet(path, row_index_name="line_id", row_index_offset=1)
        .select(
            pl.col("line_id").cast(pl.Int64),
            # Each has categories of its own, so that there are no more codes than texts.
            *[
                pl.col(column).cast(pl.Categorical(pl.Categories.random())).alias(name)
                for column, name in TEXTS.items()
            ],
            customer_id=pl.col("CustomerID"),
            quantity=number.cast(pl.Int32, strict=False),
            # Null beyond the 18 digits of the script's money.
            unit_price=pl.when(price.abs() < 1e14).then((price * PARTS).round().cast(pl.Int64)),
            fits=(number * price).abs() < 1e13,
            invoiced_at=pl.col("InvoiceDate").cast(pl.Datetime("us")),
        )
        .collect()
    )
    lines = written.with_columns(
        *[clean(written[name]) for name in TEXTS.values()],
        as_ids(written["customer_id"]),
        pl.when("fits").then(pl.col("quantity") * pl.col("unit_price")).alias("line_value"),
    )
    unreadable = [
        pl.when(pl.col(name).is_null()).then(pl.lit(column, pl.Enum(list(UNREADABLE))))
        for column, name in UNREADABLE.items()
    ]
    invoices = lines["invoice_id"]
    marked = look_up(invoices.dtype.categories.str.contains("^C[0-9]*$"), invoices)
    is_return = pl.lit(marked) | ((pl.col("quantity") < 0) & (pl.col("unit_price") > 0))
    return lines.select(
        "line_id",
        "invoice_id",
        "customer_id",
        "stock_code",
        as_written(written["stock_code"]),
        "item_description",
        "country",
        pl.lit(Path(path).name, pl.Enum([Path(path).name])).alias("file_name"),
        pl.lit(path, pl.Enum([path])).alias("file_path"),
        pl.coalesce(unreadable).alias("unreadable_column"),
        # A file that has types has no text in place of a number.
        pl.lit(None, pl.String).alias("unreadable_text"),
        "quantity",
        "unit_price",
        "line_value",
        is_return.fill_null(False).alias("is_cancellation"),
        "invoiced_at",
    )


def clean(column: pl.Series) -> pl.Series:
    """Return a text column without spaces around it, null when there is nothing left."""
    values = column.unique().drop_nulls()
    return for_values(column, values, cleaned(values))


def as_written(codes: pl.Series) -> pl.Series:
    """Return the stock codes that cleaning changes, as they were."""
    values = codes.unique().drop_nulls()
    texts = values.cast(pl.String)
    changed = texts.set(texts == cleaned(values), None)
    return for_values(codes, values, changed).alias("written_stock_code")


def cleaned(values: pl.Series) -> pl.Series:
    """Return texts as people see them, without spaces around them; ids and codes in capitals."""
    plain = values.cast(pl.String).str.replace_all(BLANK, " ").str.replace_all(INVISIBLE, "")
    texts = plain.str.strip_chars(" ")
    if values.name.endswith(("_id", "_code")):
        texts = texts.str.to_uppercase()
    return texts.set(texts.str.to_lowercase().is_in(NO_TEXTS), None)


def for_values(column: pl.Series, values: pl.Series, texts: pl.Series) -> pl.Series:
    """Return for each line the text that stands for its value."""
    codes = values.to_physical()
    by_code = pl.repeat(None, (codes.max() or 0) + 1, dtype=pl.String, eager=True)
    by_code = by_code.scatter(codes, texts)
    return look_up(by_code.cast(in_order(texts)), column).alias(column.name)


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


def look_up(by_value: pl.Series, column: pl.Series) -> pl.Series:
    """Return for each line what stands at the value of its text."""
    return by_value.gather(column.to_physical())


def classify(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines with what they are and why, and whether their invoice repeats the item."""
    is_repeated, is_duplicate = repeats(lines)
    invoices = lines["invoice_id"].dtype.categories
    codes = lines["stock_code"].dtype.categories
    kinds = pl.read_csv(PROJECT / "seeds" / "stock_code_kinds.csv")
    dispositions = dict.fromkeys(kinds["kind"], "non_merchandise") | REASONS
    reasons = pl.Enum(list(dispositions))
    adjusted, kind = (
        look_up(invoices.str.contains("^A[0-9]*$"), lines["invoice_id"]),
        look_up(service_kinds(codes, kinds).cast(reasons), lines["stock_code"]),
    )
    quantity, price = pl.col("quantity"), pl.col("unit_price")
    no_customer = pl.col("customer_id").is_null()
    is_return = pl.col("is_cancellation")

    def because(reason: str) -> pl.Expr:
        return pl.lit(reason, dtype=reasons)

    reason = (
        pl.when(pl.col("unreadable_column").is_not_null())
        .then(pl.format("cannot read {}", "unreadable_column").cast(reasons))
        .when(pl.lit(is_duplicate))
        .then(because("repeated in its file"))
        .when(pl.lit(kind).is_not_null())
        .then(pl.lit(kind))
        .when(pl.lit(adjusted))
        .then(because("adjustment"))
        .when(price < 0)
        .then(because("negative price"))
        .when(~is_return & (quantity <= 0))
        .then(because("quantity not above zero"))
        .when(~is_return & (price == 0) & no_customer)
        .then(because("no price, no customer"))
        .when(no_customer)
        .then(because("no customer id"))
        .when(is_return)
        .then(because("goods cancelled"))
        .when(price == 0)
        .then(because("price is zero"))
        .otherwise(because("goods sold"))
    )
    found = lines.select(reason.alias("reason")).to_series()
    by_reason = pl.Series(dispositions.values())
    by_reason = by_reason.cast(in_order(by_reason))
    return lines.select(
        "line_id",
        "invoice_id",
        "customer_id",
        "stock_code",
        "item_description",
        look_up(by_reason, found).alias("disposition"),
        found,
        "quantity",
        "unit_price",
        "line_value",
        is_repeated.alias("is_item_repeated"),
        "invoiced_at",
    )


def repeats(lines: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return which lines share invoice and item with another, and which of them say all again."""
    hashes = lines.select(pl.struct("customer_id", "invoice_id", "stock_code").hash()).to_series()
    in_row = hashes.sort()  # cheaper than groups, which are nearly as many as lines
    is_repeated = hashes.is_in(in_row.filter(in_row == in_row.shift()).unique().implode())
    # Few are left to be compared as a whole.
    again = lines.filter(is_repeated).filter(~pl.struct(SAME_LINE).is_first_distinct())
    return is_repeated, lines["line_id"].is_in(again["line_id"].implode())


def service_kinds(codes: pl.Series, kinds: pl.DataFrame) -> pl.Series:
    """Return the kind of each stock code that is no merchandise: the longest pattern decides."""
    by_length = kinds.sort(
        pl.col("code_pattern").str.len_chars(), "code_pattern", descending=[True, False]
    )
    cases = [
        pl.when(
            pl.col("code").str.contains(
                f"^{re.escape(pattern).replace('%', '.*').replace('_', '.')}$"
            )
        ).then(pl.lit(kind))
        for pattern, kind in by_length.select("code_pattern", "kind").iter_rows()
    ]
    found = codes.alias("code").to_frame().select(pl.coalesce(cases)).to_series()
    return found.set(found == "merchandise", None)


def match_cancellations(lines: pl.DataFrame) -> pl.DataFrame:
    """Return which sale each cancellation gave back, first in first out, and what it could not."""
    events = cancelled_events(lines)
    is_cancellation = pl.col("is_cancellation")
    stretches = (
        events.filter(~is_cancellation | (pl.col("matched_units") > 0))
        .with_columns(
            last_unit=pl.when(is_cancellation).then("matched_so_far").otherwise("sold_so_far")
        )
        .sort("pair", "last_unit", "is_cancellation", maintain_order=True)
        .with_columns(
            unit_count=pl.col("last_unit") - before("last_unit"),
            sale_line_id=pl.when(~is_cancellation).then("line_id").backward_fill().over("pair"),
            cancellation_line_id=pl.when(is_cancellation)
            .then("line_id")
            .backward_fill()
            .over("pair"),
        )
        .filter(pl.col("unit_count") > 0)
        .drop_nulls(["sale_line_id", "cancellation_line_id"])
        .select(
            "customer_id",
            "cancellation_line_id",
            "sale_line_id",
            pl.lit(None, pl.String).alias("orphan_reason"),
            "unit_count",
        )
    )
    first_sales = (
        lines.lazy()
        .filter(pl.col("disposition") == "sale")
        .group_by("customer_id")
        .agg(first_sold_at=pl.col("invoiced_at").min())
    )
    orphans = (
        events.lazy()
        .filter(is_cancellation & (pl.col("cancelled") > pl.col("matched_units")))
        .join(first_sales, on="customer_id", how="left")
        .select(
            "customer_id",
            cancellation_line_id="line_id",
            sale_line_id=pl.lit(None, pl.Int64),
            orphan_reason=pl.when(pl.col("sold_so_far") > 0)
            .then(pl.lit("more than was bought"))
            .when(pl.col("first_sold_at") <= pl.col("invoiced_at"))
            .then(pl.lit("no such item"))
            .otherwise(pl.lit("before the data starts")),
            unit_count=pl.col("cancelled") - pl.col("matched_units"),
        )
        .collect()
    )
    return pl.concat([stretches, orphans])


def cancelled_events(lines: pl.DataFrame) -> pl.DataFrame:
    """Return sales and cancellations of what a customer cancelled at all, with running totals."""
    is_cancellation = pl.col("disposition") == "cancellation"
    cancelled = lines.lazy().filter(is_cancellation).select(PAIR).unique()
    units = pl.col("quantity").cast(pl.Int64)
    return (
        lines.lazy()
        .filter(pl.col("disposition").is_in(["sale", "cancellation"]))
        .join(cancelled, on=PAIR, how="semi")
        .with_columns(is_cancellation=is_cancellation)
        .sort(
            *PAIR,
            "invoiced_at",
            "is_cancellation",
            "invoice_id",
            "unit_price",
            "quantity",
            "item_description",
            "line_id",
            nulls_last=True,
        )
        .select(
            "customer_id",
            "line_id",
            "invoiced_at",
            "is_cancellation",
            pair=pl.struct(PAIR).rle_id(),
            sold=pl.when("is_cancellation").then(0).otherwise(units),
            cancelled=pl.when("is_cancellation").then(units.abs()).otherwise(0),
        )
        .with_columns(sold_so_far=running("sold"), cancelled_so_far=running("cancelled"))
        .with_columns(gap=pl.col("sold_so_far") - pl.col("cancelled_so_far"))
        .with_columns(matched_so_far=pl.col("cancelled_so_far") + lowest("gap").clip(upper_bound=0))
        .with_columns(matched_units=pl.col("matched_so_far") - before("matched_so_far"))
        .collect()
    )


# Pairs follow each other, so what runs over all of them serves each: ten times as fast as over().
IS_FIRST = pl.col("pair").ne_missing(pl.col("pair").shift())


def before(name: str) -> pl.Expr:
    """Return the value of the event before, 0 at the first one of a pair."""
    return pl.when(IS_FIRST).then(0).otherwise(pl.col(name).shift())


def running(name: str) -> pl.Expr:
    """Return the running total of each pair."""
    total = pl.col(name).cum_sum()
    return total - pl.when(IS_FIRST).then(total - pl.col(name)).forward_fill()


def lowest(name: str) -> pl.Expr:
    """Return the lowest value of each pair so far: each pair is set below all before it."""
    span = pl.col(name).max() - pl.col(name).min() + 1
    step = pl.col("pair").cast(pl.Int64) * span
    return (pl.col(name) - step).cum_min() + step


def sell(lines: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """Return lines sold, with the units and pounds that came back."""
    returns = (
        matched.lazy()
        .drop_nulls("sale_line_id")
        .group_by(line_id="sale_line_id")
        .agg(returned_unit_count=pl.col("unit_count").sum().cast(pl.Int32))
    )
    returned = pl.col("returned_unit_count")
    return (
        lines.lazy()
        .filter(pl.col("disposition") == "sale")
        .join(returns, on="line_id", how="left", maintain_order="left")
        .with_columns(returned.fill_null(0))
        .with_columns(
            sold_unit_count="quantity",
            unit_count=pl.col("quantity") - returned,
            sold_value="line_value",
            returned_value=returned * pl.col("unit_price"),
        )
        .with_columns(net_sales=pl.col("sold_value") - pl.col("returned_value"))
        .select(SALE_COLUMNS)
        .collect()
    )
