r"""Grow the shipped sample to as many invoice lines as asked for: the same ones every time.

    python benchmarks/grow_sample.py 5000000 --output target/bench

Every copy of the sample is another set of customers, with invoices of their own. A copied customer
starts up to eight weeks later (what falls behind the last day of the sample is left out), buys
quantities that are larger by a heavy-tailed factor, and meets a range that grows with the number
of copies. Cancellations move with the sales that they cancel.
"""

import argparse
from pathlib import Path

import duckdb

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample" / "invoice_lines.csv"
# Shares of a hash below this are uniform numbers.
HASH_RANGE = 1_000_000
PARETO_EXPONENT = 1.5
LARGEST_FACTOR = 50
MOST_WEEKS_LATER = 8
# What sorting may take; the rest goes to the folder of the lines for a while.
MEMORY_LIMIT = "4GB"
# A copy loses the lines that its later start pushes over the end: about a quarter at most.
KEPT_SHARE = 0.7

GROWN = f"""
create or replace view grown as
with sample as (
    select
        row_number() over () as line_number,
        regexp_extract(InvoiceNo, '^[A-Z]*') as letter,
        cast(regexp_extract(InvoiceNo, '[0-9]+') as bigint) as number,
        StockCode, Description,
        cast(Quantity as bigint) as Quantity,
        strptime(InvoiceDate, '%m/%d/%y %H:%M') as InvoiceDate,
        cast(UnitPrice as double) as UnitPrice,
        cast(cast(CustomerID as double) as bigint) as customer_number,
        Country
    from read_csv('{SAMPLE}', all_varchar = true)
    where try_strptime(InvoiceDate, '%m/%d/%y %H:%M') is not null
),
copied as (
    select
        *,
        -- One draw a customer and copy; lines without a customer share one.
        hash(customer_number, copy, $seed) as customer_draw,
        hash(StockCode, customer_number, copy, $seed) as item_draw
    from sample cross join range($copies) as copies(copy)
),
varied as (
    select
        line_number, copy, Description, UnitPrice, Country,
        letter || cast(number + copy * 1_000_000 as varchar) as InvoiceNo,
        -- Half of the purchases stay with the item, half go to one of its variants.
        case
            when copy = 0 or $variants = 0 or item_draw % 2 = 0
                or not regexp_matches(StockCode, '^[0-9]{{5}}') then StockCode
            else StockCode || 'V' || cast(item_draw // 2 % $variants as varchar)
        end as StockCode,
        case
            when copy = 0 then Quantity
            else cast(round(Quantity * least(
                {LARGEST_FACTOR},
                pow((1 + customer_draw % {HASH_RANGE}) / {HASH_RANGE}.0, -1 / {PARETO_EXPONENT})
            )) as bigint)
        end as Quantity,
        case
            when copy = 0 then InvoiceDate
            else InvoiceDate
                + to_days(cast(7 * (customer_draw // {HASH_RANGE} % {MOST_WEEKS_LATER + 1}) as int))
        end as InvoiceDate,
        cast(customer_number + copy * 100_000 as double) as CustomerID
    from copied
)
select InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
from varied
where InvoiceDate < (select max(InvoiceDate) from sample)
order by copy, line_number
limit $lines
"""


def grow(lines: int, output: Path, *, form: str = "parquet", seed: int = 1) -> None:
    """Write `history.<form>`."""
    output.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(output)}
    )
    connection.execute("set preserve_insertion_order = true")
    [(sample_lines,)] = connection.execute(
        f"select count(*) from read_csv('{SAMPLE}', all_varchar = true)"
    ).fetchall()
    copies = int(lines / (sample_lines * KEPT_SHARE)) + 1
    query = GROWN
    for name, value in {
        "seed": seed,
        "copies": copies,
        # The range grows with the logarithm of the copies.
        "variants": copies.bit_length() - 1,
        "lines": lines,
    }.items():
        query = query.replace(f"${name}", str(value))
    connection.execute(query)
    columns = "*"
    if form == "csv":
        columns = "* replace (strftime(InvoiceDate, '%-m/%-d/%y %-H:%M') as InvoiceDate)"
    connection.execute(
        f"copy (select {columns} from (from grown order by InvoiceDate, InvoiceNo)) "
        f"to '{output / 'history'}.{form}'"
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lines", type=int)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    grow(given.lines, given.output, form=given.format, seed=given.seed)


if __name__ == "__main__":
    main()
