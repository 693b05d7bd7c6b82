"""The ledger in polars: lines as they came, what each is, which sales cancellations gave back.

Texts are Enums with their values in order, so sorts and groups see integers; what depends on a
text alone is worked out for its values. Money is whole ten-thousandths of a pound (columns of
integers whose names match MONEY): sums are exact in any order.
"""

import polars as pl
from polars import col, lit, when

from benchmarks.peers.fits import PROJECT

PARTS = 10_000  # of a pound
MONEY = "price|value|sales"
BLANK, INVISIBLE = r"[\s\p{Z}]", r"\p{Cf}"
NO_TEXTS = ["", "-", "nan", "null", "none", "n/a"]
NO_TEXTS += ["#n/a", "#null!", "#ref!", "#value!", "#name?", "#num!", "#div/0!"]
PAIR = ["customer_id", "stock_code"]
# A line is useless without these, and says the same as another when they are equal.
NEEDED = {"invoice_id": "invoice number", "stock_code": "stock code", "quantity": "quantity"}
NEEDED |= {"unit_price": "unit price", "line_value": "line value", "invoiced_at": "invoice date"}
SAME_LINE = [*NEEDED, "customer_id", "country", "item_description"]
EVENT_ORDER = ["invoiced_at", "is_cancellation", "invoice_id", "unit_price", "quantity"]
EVENT_ORDER += ["item_description", "line_id"]
KINDS = pl.read_csv(PROJECT / "seeds" / "stock_code_kinds.csv")
DISPOSITIONS = {
    **{f"cannot read {name}": "malformed" for name in NEEDED.values()},
    "repeated in its file": "duplicate",
    **dict.fromkeys([*KINDS["kind"], "adjustment", "negative price"], "non_merchandise"),
    **dict.fromkeys(["quantity not above zero", "no price, no customer"], "stock_note"),
    "no customer id": "unidentified",
    "goods cancelled": "cancellation",
    "price is zero": "free_good",
    "goods sold": "sale",
}
REASON = pl.Enum([*DISPOSITIONS])
DISPOSITION_OF = pl.Series([*DISPOSITIONS.values()], dtype=pl.Categorical)


def read_lines(path: str) -> pl.DataFrame:
    """Return the lines of the file, numbered, with clean texts."""
    units, price = col.Quantity.cast(pl.Int32, strict=False), col.UnitPrice
    whole_price = when(price.abs() < 1e14).then((price * PARTS).round().cast(pl.Int64))
    texts = {"invoice_id": "InvoiceNo", "stock_code": "StockCode", "country": "Country"}
    texts["item_description"] = "Description"
    lines = pl.scan_parquet(path, row_index_name="line_id", row_index_offset=1).select(
        col.line_id.cast(pl.Int64),
        customer_id="CustomerID",
        quantity=units,
        unit_price=whole_price,
        line_value=when((col.Quantity * price).abs() < 1e13).then(units * whole_price),
        invoiced_at=col.InvoiceDate.cast(pl.Datetime("us")),
        # Each has categories of its own, so that there are no more codes than texts.
        **{n: col(c).cast(pl.Categorical(pl.Categories.random())) for n, c in texts.items()},
    )
    written = lines.collect()
    cleaned = [clean(written[name]) for name in texts]
    return written.with_columns(*cleaned, as_ids(written["customer_id"]))


def clean(column: pl.Series) -> pl.Series:
    """Return texts as people see them, without spaces around them; ids and codes in capitals."""
    values = column.unique().drop_nulls()
    texts = values.cast(pl.String).str.replace_all(BLANK, " ").str.replace_all(INVISIBLE, "")
    texts = texts.str.strip_chars(" ")
    texts = texts.str.to_uppercase() if column.name.endswith(("_id", "_code")) else texts
    texts = texts.set(texts.str.to_lowercase().is_in(NO_TEXTS), None)
    codes = values.to_physical()
    by_code = pl.repeat(None, (codes.max() or 0) + 1, dtype=pl.String, eager=True)
    by_code = by_code.scatter(codes, texts).cast(in_order(texts))
    return by_code.gather(column.to_physical()).alias(column.name)


def as_ids(numbers: pl.Series) -> pl.Series:
    """Return customer numbers as texts; 0 is nobody."""
    values = numbers.unique().drop_nulls()
    texts = values.cast(pl.Int64).cast(pl.String).replace("0", None)
    return numbers.replace_strict(values, texts.cast(in_order(texts)))


def in_order(texts: pl.Series) -> pl.Enum:
    """Return the values of a text column as a type whose codes are in their order."""
    return pl.Enum(texts.unique().drop_nulls().sort())


def matches(column: pl.Series, pattern: str) -> pl.Expr:
    """Return for each line whether its text matches."""
    return lit(column.dtype.categories.str.contains(pattern).gather(column.to_physical()))


def services(codes: pl.Series) -> pl.Expr:
    """Return for each line the kind of its stock code, if that is not merchandise."""
    values = codes.dtype.categories
    kinds = pl.repeat(None, len(values), dtype=pl.String, eager=True)
    # Of several patterns that fit a code, the longest says most about it.
    for pattern, kind, _ in KINDS.sort(col.code_pattern.str.len_chars()).rows():
        is_kind = values.str.contains(f"^{pattern.replace('%', '.*')}$")
        kinds = kinds.set(is_kind, None if kind == "merchandise" else kind)
    return lit(kinds.cast(REASON).gather(codes.to_physical()))


def classify(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines with what they are and why, and whether their invoice repeats the item."""
    is_repeated, is_duplicate = repeats(lines)
    units, price, no_customer = col.quantity, col.unit_price, col.customer_id.is_null()
    is_marked = matches(lines["invoice_id"], "^C[0-9]*$")
    is_cancellation = (is_marked | ((units < 0) & (price > 0))).fill_null(False)
    cases = {  # the first that holds decides
        **{f"cannot read {name}": col(column).is_null() for column, name in NEEDED.items()},
        "repeated in its file": lit(is_duplicate),
        "service": services(lines["stock_code"]),
        "adjustment": matches(lines["invoice_id"], "^A[0-9]*$"),
        "negative price": price < 0,
        "quantity not above zero": ~is_cancellation & (units <= 0),
        "no price, no customer": ~is_cancellation & (price == 0) & no_customer,
        "no customer id": no_customer,
        "goods cancelled": is_cancellation,
        "price is zero": price == 0,
        "goods sold": lit(True),
    }
    reason = pl.coalesce(
        case if name == "service" else when(case).then(lit(name, REASON))
        for name, case in cases.items()
    )
    lines = lines.drop("country").with_columns(reason=reason, is_item_repeated=is_repeated)
    return lines.with_columns(disposition=DISPOSITION_OF.gather(lines["reason"].to_physical()))


def repeats(lines: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return which lines share invoice and item with another, and which of them say all again."""
    hashes = lines.select(pl.struct("customer_id", "invoice_id", "stock_code").hash()).to_series()
    in_row = hashes.sort()  # cheaper than groups, which are nearly as many as lines
    is_repeated = hashes.is_in(in_row.filter(in_row == in_row.shift()).unique().implode())
    again = lines.filter(is_repeated).filter(~pl.struct(SAME_LINE).is_first_distinct())
    return is_repeated, lines["line_id"].is_in(again["line_id"].implode())


def match_cancellations(lines: pl.DataFrame) -> pl.DataFrame:
    """Return sales and cancellations of what a customer cancelled at all, with what they match."""
    is_cancellation, units = col.reason == "goods cancelled", col.quantity.cast(pl.Int64)
    cancelled = lines.lazy().filter(is_cancellation).select(PAIR).unique()
    lowest = (col.sold_so_far - col.cancelled_so_far).cum_min().over("pair")
    matched = col.cancelled_so_far + lowest.clip(upper_bound=0)
    # The first units come back first: a sale loses what reaches into its own.
    reaching = col.matched.last().over("pair") - col.sold_so_far + col.sold
    events = lines.lazy().filter(col.reason.is_in(["goods sold", "goods cancelled"]))
    events = events.join(cancelled, on=PAIR, how="semi")
    events = events.with_columns(is_cancellation=is_cancellation)
    events = events.sort(*PAIR, *EVENT_ORDER, nulls_last=True).with_columns(
        pair=pl.struct(PAIR).rle_id(),
        sold=when("is_cancellation").then(0).otherwise(units),
        cancelled=when("is_cancellation").then(units.abs()).otherwise(0),
    )
    so_far = col("sold", "cancelled").cum_sum().over("pair").name.suffix("_so_far")
    return (
        events.with_columns(so_far)
        .with_columns(matched=matched)
        .with_columns(
            matched_units=(col.matched - col.matched.shift(fill_value=0)).over("pair"),
            returned_unit_count=reaching.clip(0, col.sold).cast(pl.Int32),
        )
        .collect()
    )


def sell(lines: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return lines sold, with the units and pounds that came back."""
    returned, net_units = col.returned_unit_count, col.sold_unit_count - col.returned_unit_count
    returns = events.lazy().filter(returned > 0).select("line_id", "returned_unit_count")
    sales = lines.lazy().filter(col.reason == "goods sold").drop("disposition", "reason")
    sales = sales.rename({"quantity": "sold_unit_count", "line_value": "sold_value"})
    sales = sales.join(returns, on="line_id", how="left", maintain_order="left")
    sales = sales.with_columns(returned.fill_null(0))
    sales = sales.with_columns(net_unit_count=net_units, returned_value=returned * col.unit_price)
    return sales.with_columns(net_sales=col.sold_value - col.returned_value).collect()


def total_ledger(lines: pl.DataFrame, events: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """Return lines, units and pounds of each disposition and reason; of cancellations, outcomes."""
    units, by_both = col.quantity.cast(pl.Int64), ["disposition", "reason"]
    sums = {"line_count": pl.len(), "unit_count": units.sum(), "line_value": col.line_value.sum()}
    others = lines.lazy().filter(col.reason != "goods cancelled").group_by(by_both).agg(**sums)
    # What is written in a line that cannot be read may be anything, such as a total.
    amounts = when(col.disposition != "malformed").then(col("unit_count", "line_value"))
    others = others.with_columns(amounts.otherwise(0), col(by_both).cast(pl.String))
    firsts = sales.lazy().group_by("customer_id").agg(first_sold_at=col.invoiced_at.min())
    cancelled = events.lazy().filter("is_cancellation").join(firsts, on="customer_id", how="left")
    is_matched = col.matched_units > 0
    orphan_reason = pl.coalesce(
        when(col.sold_so_far > 0).then(lit("more than was bought")),
        when(col.first_sold_at <= col.invoiced_at).then(lit("no such item")),
        lit("before the data starts"),
    )
    reason = pl.coalesce(
        when(units == 0).then(lit("no units")),
        when(col.matched_units == col.cancelled).then(lit("all units")),
        when(is_matched).then("some units, " + orphan_reason).otherwise(orphan_reason),
    )
    outcome = when(is_matched).then(lit("matched")).otherwise(lit("orphan")) + "_cancellation"
    outcomes = cancelled.group_by(disposition=outcome, reason=reason).agg(**sums)
    return pl.concat([others, outcomes]).collect()
