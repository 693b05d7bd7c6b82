"""The retailer's file and the public file, when they are beside the checkout."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from conftest import Build

from customer_segments.judging.stability import LABELINGS


def _ledger(build: Build) -> tuple[int, Decimal]:
    [(lines, value)] = build.query(
        "select sum(line_count), round(sum(line_value), 2) from rpt_line_dispositions"
    )
    return lines, value


def test_client_file_builds_and_every_line_is_accounted_for(client_build: Build) -> None:
    assert client_build.statuses <= {"success", "pass"}
    assert _ledger(client_build) == (35_116, Decimal("975137.22"))


def test_client_file_every_buyer_of_merchandise_has_a_segment(
    client_build: Build, client_file: Path
) -> None:
    lines = pd.read_csv(client_file)
    services = {"POST", "M", "C2"}
    goods = lines[lines["CustomerID"].notna() & ~lines["StockCode"].isin(services)]
    buyers = {str(int(customer)) for customer in goods["CustomerID"]}
    segmented = {
        row[0] for row in client_build.query("select customer_id from fct_customer_segments")
    }
    assert segmented == buyers


@pytest.mark.parametrize("name", ["client_file", "public_file"])
def test_exercise_features_match_pandas(name: str, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(name)
    found_build: Build = request.getfixturevalue(name.replace("file", "build"))
    lines = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    lines = lines[lines["CustomerID"].notna()]
    lines["line"] = lines["Quantity"] * lines["UnitPrice"]
    carts = lines.groupby(["CustomerID", "InvoiceNo"])["line"].sum().groupby("CustomerID")
    customers = lines.groupby("CustomerID")
    expected = pd.DataFrame(
        {
            "total_transactions": customers["InvoiceNo"].nunique(),
            "total_products": customers.size(),
            "total_unique_products": customers["StockCode"].nunique(),
            "total_sales": customers["line"].sum(),
            "avg_product_value": customers["line"].mean(),
            "min_cart_value": carts.min(),
            "max_cart_value": carts.max(),
            "avg_cart_value": carts.mean(),
        }
    )
    expected.index = expected.index.astype("int64").astype(str)
    columns = ", ".join(expected.columns)
    rows = found_build.query(f"select customer_id, {columns} from fct_baseline_features")
    found = pd.DataFrame(rows, columns=["customer_id", *expected.columns]).set_index("customer_id")
    pd.testing.assert_frame_equal(
        found.sort_index().astype("float64"),
        expected.sort_index().astype("float64"),
        check_names=False,
        rtol=1e-6,
        atol=1e-6,
    )
    assert len(found) == {"client_file": 414, "public_file": 4_372}[name]


def test_public_file_builds_and_every_line_is_accounted_for(public_build: Build) -> None:
    assert public_build.statuses <= {"success", "pass"}
    assert _ledger(public_build) == (541_909, Decimal("9747747.93"))


def test_public_file_cancellations_find_their_sales(public_build: Build) -> None:
    [(share,)] = public_build.query(
        "select avg(case when matched_unit_count > 0 or reason = 'more than was bought' "
        "then 1 else 0 end) from fct_cancellations"
    )
    assert share >= 0.93


def test_public_file_net_sales_of_two_known_customers(public_build: Build) -> None:
    net = dict(
        public_build.query(
            "select customer_id, sum(net_sales) from fct_sale_lines "
            "where customer_id in ('12744', '12454') group by 1"
        )
    )
    assert net["12744"] == pytest.approx(Decimal("9120"), abs=1)
    assert net["12454"] == 0
    assert public_build.query(
        "select customer_status from dim_customers where customer_id = '12454'"
    ) == [("returned everything",)]


def test_public_file_scope_is_one_variable(public_build: Build, everyone_build: Build) -> None:
    assert public_build.query(
        "select count(*) from dim_customers where country = 'United Kingdom'"
    ) == [(0,)]
    assert everyone_build.success
    assert _ledger(everyone_build) == (541_909, Decimal("9747747.93"))
    [(customers,)] = everyone_build.query("select count(*) from dim_customers")
    assert customers == 4_372


@pytest.mark.parametrize("name", ["sample_build", "client_build", "public_build"])
def test_confidences_come_true(name: str, request: pytest.FixtureRequest) -> None:
    found: Build = request.getfixturevalue(name)
    errors = found.query(
        "select distinct axis, expected_calibration_error from rpt_confidence_calibration"
    )
    assert {axis for axis, _ in errors} == set(LABELINGS)
    assert max(error for _, error in errors) <= 0.05
    [(without, least, most)] = found.query(
        "select count(*) - count(confidence), min(confidence), max(confidence) "
        "from fct_customer_segments"
    )
    assert without == 0
    assert 0 < least < most <= 1
