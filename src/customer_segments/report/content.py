"""Everything that the page shows, read from the published database."""

from dataclasses import dataclass

from customer_segments.report import (
    backtest,
    confidence,
    money,
    movement,
    segments,
    taste,
    trust,
    value,
    words,
)
from customer_segments.report.database import Database, Row
from customer_segments.report.figure import Figure


@dataclass(frozen=True)
class Report:
    """All that the page shows. A figure that the data cannot give is None."""

    headline: str
    build: Row
    totals: Row
    model: Row
    segments: list[Row]
    hues: dict[str, str]
    regions: list[str]
    countries: list[str]
    playbook: list[Row]
    ledger: list[Row]
    figures: dict[str, Figure | None]
    backtest: list[Figure]
    forecasts: list[Figure]
    rule_fidelity: float | None
    health: str


def read_report(database: Database) -> Report:
    """Read everything that the page shows."""
    build = database.row("build")
    words.use_currency(build["currency"])
    cards = segments.cards(database)
    hues = segments.behaviour_hues(cards)
    colours = {behaviour: f"var(--{hue}-1)" for behaviour, hue in hues.items()}
    playbook = database.rows("playbook")
    return Report(
        headline=segments.headline(cards),
        build=build,
        totals=database.row("totals"),
        model=database.row("model"),
        segments=cards,
        hues=hues,
        regions=sorted({row["region"] for card in cards for row in card["countries"]}),
        countries=sorted({row["country"] for card in cards for row in card["countries"]}),
        playbook=playbook,
        ledger=database.rows("ledger"),
        figures={
            "size": segments.size_and_sales(cards),
            "value": value.expected(database, cards),
            "flow": movement.flow(database, colours),
            "months": movement.months(database, colours, build["first_date"]),
            "money": money.money(database),
            "stability": trust.stability(database, cards),
            "reorders": trust.reorders(database, colours, playbook),
            "sureness": confidence.sureness(database, cards),
            "calibration": confidence.calibration(database),
            "taste": taste.taste_agreement(database),
        },
        backtest=backtest.backtest(database),
        forecasts=value.forecasts(database),
        rule_fidelity=next(row["fidelity"] for row in database.rows("rules") if row["is_total"]),
        health=taste.health(database),
    )
