"""What `make backtest` runs: builds as of earlier days, measured on what came after.

The rows are kept beside the models, where rpt_segment_backtest reads them, and are printed.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from customer_segments.backtesting.markdown import backtest_report
from customer_segments.backtesting.measures import measure_cutoff, read_cutoff
from customer_segments.commands.build import run_dbt, settle_paths, unusable
from customer_segments.commands.dbt_variables import (
    VariablesError,
    split_variables,
    variable,
    variables_option,
)
from customer_segments.commands.messages import printable
from customer_segments.locks import lock_file, unlock_file
from customer_segments.project import PROJECT, first_line, kept_models, marts_of
from customer_segments.warehouse import open_warehouse

DEFAULT_MONTHS = (6, 3)  # before the end of the data
LABELS = ["+fct_customer_segments", "+fct_customer_rfm", "+fct_baseline_features"]
OUTCOMES = ["+fct_sale_lines"]
STORE = """
    create or replace table backtest_measures as
    select
        cast(settings as varchar) as settings,
        cast(input_name as varchar) as input_name,
        cast(design as varchar) as design,
        cast(measure as varchar) as measure,
        cast(customer_count as bigint) as customer_count,
        cast(buyer_count as bigint) as buyer_count,
        cast(segment_count as bigint) as segment_count,
        cast(value as double) as value,
        cast(low as double) as low,
        cast(high as double) as high,
        cast(difference as double) as difference,
        cast(difference_low as double) as difference_low,
        cast(difference_high as double) as difference_high,
        cast(as_of_date as date) as as_of_date,
        cast(outcomes_until_date as date) as outcomes_until_date
    from measured
    order by as_of_date, design, measure
"""
COVERED = """
    select cast(min(invoiced_at) as date), (select as_of_date from intermediate.int_as_of)
    from fct_sale_lines
"""
SETTINGS = "select settings, as_of_date from intermediate.ml_fit_decision"


class BacktestError(Exception):
    """What stops a backtest, in a sentence for the user."""


def backtest(arguments: list[str]) -> int:
    """Measure the cutoffs that lead the arguments, the rest is for dbt; return the exit code."""
    files = settle_paths()
    if problem := unusable(*files):
        return _fail(problem)
    is_option = [argument.startswith("-") for argument in arguments]
    first_option = is_option.index(True) if any(is_option) else len(arguments)
    try:
        cutoffs = [_day(text) for text in arguments[:first_option]]
        table = _measure(cutoffs, arguments[first_option:])
        _store(table, kept_models())
    except (BacktestError, VariablesError) as error:
        return _fail(str(error))
    print(backtest_report(table))
    print(f"\nStored in {kept_models()}: the next build publishes it as rpt_segment_backtest.")
    return 0


def _measure(cutoffs: list[date], dbt_arguments: list[str]) -> pd.DataFrame:
    """Build and measure; raise BacktestError when a build fails or a cutoff is outside the data."""
    variables, dbt_arguments = split_variables(dbt_arguments)
    source = Path(os.environ.get("INVOICE_LINES", "the shipped sample")).name
    target = PROJECT / "target"
    target.mkdir(exist_ok=True)
    tables = []
    with tempfile.TemporaryDirectory(prefix="backtest_", dir=target) as folder:

        def build(name: str, models: list[str], changes: dict[str, Any]) -> Path:
            return _build(Path(folder), name, models, variables | changes, dbt_arguments)

        print(f"Building all lines of {source}", flush=True)
        # All customers: who has become one of the home country since is still followed.
        outcomes_file = build("outcomes", OUTCOMES, {"customer_scope": "all"})
        with open_warehouse(outcomes_file) as outcomes:
            [(first, until)] = outcomes.execute(COVERED).fetchall()
            for as_of in sorted(set(cutoffs)) or _default_cutoffs(outcomes, first, until):
                if first is None or not first < as_of < until:
                    raise BacktestError(
                        f"Cutoff {as_of} is outside the data: sales are from {first} to the day "
                        f"before {until}. Expected a day between, with sales on both sides."
                    )
                print(f"Building as of {as_of}", flush=True)
                past_file = build(str(as_of), LABELS, {"as_of": str(as_of)})
                with open_warehouse(past_file) as past:
                    [(settings, built_as_of)] = past.execute(SETTINGS).fetchall()
                    if built_as_of != as_of:
                        raise BacktestError(
                            f"The build as of {as_of} is one as of {built_as_of}, which would know "
                            "what is to be foretold. Expected dbt arguments that leave as_of alone."
                        )
                    prior = float(variable("next_best_prior_customers", variables))
                    measured = measure_cutoff(read_cutoff(past, outcomes, as_of, prior))
                past_file.unlink()
                marts_of(past_file).unlink()
                tables.append(
                    measured.assign(
                        settings=settings,
                        input_name=source,
                        as_of_date=as_of,
                        outcomes_until_date=until,
                    )
                )
    return pd.concat(tables, ignore_index=True)


def _build(
    folder: Path, name: str, models: list[str], variables: dict[str, Any], dbt_arguments: list[str]
) -> Path:
    """Return a new warehouse with `models` and what they are made from, none of it kept."""
    warehouse = folder / f"{name}.duckdb"
    command = ["build", "--resource-type", "model", "seed", "--select", *models]
    # A target of its own: the next build need not parse the project again for other variables.
    command += ["--target-path", str(folder / "target"), *variables_option(variables)]
    with (
        _setting("SEGMENTS_WAREHOUSE", str(warehouse)),
        _setting("SEGMENTS_MODELS", str(folder / "models.duckdb")),
    ):
        errors = run_dbt([*command, *dbt_arguments], is_reported=False)
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()  # dbt would hold the file until its next run
    if errors:
        raise BacktestError(errors[0])
    return warehouse


@contextmanager
def _setting(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _default_cutoffs(
    outcomes: duckdb.DuckDBPyConnection, first: date | None, until: date
) -> list[date]:
    """Return the days some months before the end that have sales on both sides."""
    days = [
        row[0]
        for months in DEFAULT_MONTHS
        for row in outcomes.execute(
            f"select cast(? - interval {months} month as date)", [until]
        ).fetchall()
    ]
    inside = [day for day in days if first is not None and first < day < until]
    if not inside:
        raise BacktestError(
            f"Too few days for a backtest: sales are from {first} to the day before {until}. "
            f"Expected more than {min(DEFAULT_MONTHS)} months, or name a cutoff."
        )
    return inside


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BacktestError(f"Cutoff {text} is no date. Expected such as 2011-09-01.") from None


def _store(measured: pd.DataFrame, kept: Path) -> None:
    """Put the rows in the place of those of the backtest before."""
    try:
        lock_file(str(kept))
        with duckdb.connect(str(kept)) as connection:
            connection.register("measured", measured)
            connection.execute(STORE)
        unlock_file(str(kept))
    except duckdb.IOException as error:
        raise BacktestError(f"Measured, but not stored: {first_line(error)}") from None


def _fail(problem: str) -> int:
    print(f"\nError: {printable(problem)}", file=sys.stderr)
    return 1
