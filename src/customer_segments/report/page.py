"""Put the report together: one file, styles, scripts and chart library inside it."""

import json
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from customer_segments.report import backtest, confidence, money, segments, value
from customer_segments.report.content import Report, read_report
from customer_segments.report.database import Database, ReportError
from customer_segments.report.vega import CONFIG
from customer_segments.report.words import FORMATS

PAGE = Path(__file__).parent / "page"


def write_report(database: Path, page: Path) -> None:
    """Read the published database and write the page.

    Raises ReportError, and leaves the page as it was, when a number that the page shows is none.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        report = read_report(Database(connection))
    html = _html(report)
    page.parent.mkdir(parents=True, exist_ok=True)
    new = page.with_name(f".{page.name}.next")
    try:
        new.write_text(html, encoding="utf-8")
        new.replace(page)
    finally:  # on a full disk neither half a page nor the rest of one stays
        new.unlink(missing_ok=True)


def _html(report: Report) -> str:
    environment = Environment(
        loader=FileSystemLoader(PAGE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= FORMATS
    environment.globals["formats"] = FORMATS
    environment.globals["asset"] = _asset
    environment.policies["json.dumps_function"] = _json
    figures = [*filter(None, report.figures.values()), *report.backtest, *report.forecasts]
    charts = {figure.key: figure.drawing for figure in figures}
    return environment.get_template("page.html.j2").render(
        report=report,
        charts={"config": CONFIG, "figures": charts},
        verdict=backtest.verdict(report.backtest),
        forecast_verdict=value.verdict(report.forecasts),
        bands=confidence.BANDS,
        ledger_columns=money.LEDGER_COLUMNS,
        hues=(*segments.HUES, *segments.SPARE_HUES),
    )


def _asset(name: str) -> Markup:
    """Return a file that goes into the page as it is."""
    return Markup((PAGE / name).read_text(encoding="utf-8"))


def _json(value: Any, **options: Any) -> str:
    """Return JSON that a browser reads: Python would write NaN, which none does."""
    try:
        return json.dumps(value, default=str, separators=(",", ":"), allow_nan=False, **options)
    except ValueError as error:
        raise ReportError(f"a chart holds what is no number: {error}") from error
