"""Month after month with a refit each month: the gate lets no model move many customers."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from conftest import FIT_SETTINGS, SAMPLE, WITHOUT_TESTS, Builder

from customer_segments.fitting.customers import Customers
from customer_segments.fitting.segment_model import SegmentModel

MAX_CHANGED_SHARE = 0.05  # refit_max_changed_share


@dataclass(frozen=True)
class Month:
    """A month's refit as the gate saw it, and its customers."""

    version: int
    fit_reason: str
    decision: str
    reported_share: float | None
    version_in_force: int
    customers: Customers
    parameters: pd.DataFrame

    def changed_share(self, before: int, after: int) -> float:
        """Return the share of the month's customers whom two models put in other segments."""
        labels = [
            SegmentModel.from_table(
                self.parameters[self.parameters["model_version"] == version],
                FIT_SETTINGS.feature_units,
            ).predict(self.customers)
            for version in (before, after)
        ]
        return float((labels[0] != labels[1]).any(axis=1).mean())


def replay(build: Builder, file: Path, months: list[str]) -> Iterator[Month]:
    """Build as of each day, on the models of the days before."""
    folder = build(file, "parse").folder
    for month in months:
        # The gate looks at whom a refit moves: how stable it is needs no precision here.
        variables = f"{{refit: true, as_of: {month}, stability_repeat_count: 4}}"
        built = build(file, *WITHOUT_TESTS, "--vars", variables, folder=folder)
        assert built.success, str(built.exception)
        with built.open_warehouse() as warehouse:
            *fitted, in_force = warehouse.execute(
                "select model_version, fit_reason, decision, changed_customer_share, ("
                "    select model_version from dim_models where is_in_force"
                f") from dim_models where as_of_date = '{month}'"
            ).fetchall()[0]
            features = warehouse.execute("from fct_customer_features").df()
            counts = warehouse.execute("from fct_customer_items").df()
            parameters = warehouse.execute("from intermediate.ml_kmeans_parameters").df()
        yield Month(*fitted, in_force, Customers.of(features, counts), parameters)


def check(months: list[Month]) -> None:
    assert [month.version for month in months] == list(range(1, len(months) + 1))
    assert months[0].fit_reason == "first model"
    for before, month in pairwise(months):
        assert month.fit_reason == "refit asked for"
        caused = month.changed_share(before.version_in_force, month.version_in_force)
        assert caused <= MAX_CHANGED_SHARE
        if month.decision == "accepted":
            assert month.version_in_force == month.version
            assert caused == pytest.approx(month.reported_share)
        else:
            assert month.version_in_force == before.version_in_force


def test_sample_month_by_month(build: Builder) -> None:
    days = ["2024-10-01", "2024-11-01", "2024-12-01"]
    check(list(replay(build, SAMPLE / "invoice_lines.csv", days)))


def test_client_file_month_by_month(build: Builder, client_file: Path) -> None:
    days = [f"2011-{month:02}-01" for month in range(6, 13)]
    check(list(replay(build, client_file, days)))
