"""What goes wrong says so in one plain message, exits with 1, and leaves the last result alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from conftest import PROJECT, SAMPLE, Build, Builder, copied, environment, release_warehouse

from customer_segments.commands.build import build as build_command
from customer_segments.commands.build import settle_paths
from customer_segments.commands.dbt_variables import (
    VariablesError,
    split_variables,
    variables_option,
)
from customer_segments.commands.messages import plain_result
from customer_segments.project import published_database

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINE = "536370,22728,CLOCK,24,2010-12-01 08:45:00,3.75,12583.0,France\n"


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of all builds here: beside them lies the project as dbt parsed it, once."""
    return tmp_path_factory.mktemp("builds")


@pytest.fixture
def run(
    builds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
):
    """Run the build command on a file with `content`; return the exit code and standard error."""
    folder = builds / tmp_path.name
    folder.mkdir()
    published = folder / "published.duckdb"
    published.write_bytes(b"the last good result")

    def call(content: str | bytes | None, *arguments: str, **settings: str) -> tuple[int, str]:
        file = tmp_path / "lines.csv"
        if content is not None:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        for name, value in (environment(folder, file) | settings).items():
            monkeypatch.setenv(name, value)
        capfd.readouterr()
        code = build_command(list(arguments))
        assert published.read_bytes() == b"the last good result"
        return code, capfd.readouterr().err

    return call


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ["File not found", "lines.csv", "INVOICE_LINES"]),
        ("", ["No invoice lines", "lines.csv", "found no bytes"]),
        (HEADER, ["No invoice lines", "header and nothing below"]),
        (
            HEADER.replace("UnitPrice,", "") + LINE,
            ["Missing column", "UnitPrice", "Found: InvoiceNo"],
        ),
        (HEADER.replace("Country", "InvoiceNo"), ["Missing column", "Country"]),
        ("a,b,c\n1,2,3\n", ["Not an invoice file", "Found: a, b, c"]),
        (bytes(range(256)) * 20, ["lines.csv", "Expected"]),
        (HEADER + LINE, ["Too few customers", "0 of 1 customer", "Lower"]),
        (
            HEADER + LINE.replace("France", "United Kingdom") * 3,
            [
                "No customers",
                "Lines found: 3, from 2010-12-01 to 2010-12-01. They are: home country (3)",
                "customer_scope to all to see customers of the home country (United Kingdom) too",
            ],
        ),
        (
            HEADER + LINE.replace("2010-12-01 08:45:00", "12/1/10 8:45"),
            ["12/1/10 8:45", "date_order", "month_first"],
        ),
    ],
    ids=[
        "no file",
        "empty",
        "header only",
        "missing column",
        "column twice and missing",
        "other CSV",
        "binary",
        "too few customers",
        "home country only",
        "ambiguous dates",
    ],
)
def test_unusable_files(run, content: str | bytes | None, words: list[str]) -> None:
    code, message = run(content)
    assert code == 1
    assert message.count("Error: ") == 1
    assert "Traceback" not in message
    for word in words:
        assert word in message
    assert "is as it was" in message


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ("customer_scope: everyone", ["customer_scope is everyone", "international, all"]),
        ("as_of: yesterday", ["as_of is yesterday", "2011-09-01"]),
        ("as_of: '2011-02-40'", ["as_of is 2011-02-40"]),
        ("as_of: '2023-02-29'", ["as_of is 2023-02-29", "day of the calendar"]),
        ("as_of: 2024-02-31", ["as_of is 2024-02-31", "day of the calendar"]),
        ("all", ["--vars holds no variables: 'all'", "customer_scope: all"]),
        ("behaviour_cluster_count: 1", ["behaviour_cluster_count is 1", "from 2 to 10"]),
        ("taste_cluster_bounds: [4, 2]", ["taste_cluster_bounds is [4, 2]", "such as [3, 6]"]),
        ("taste_cluster_bounds: 4", ["taste_cluster_bounds is 4", "from 2 to 10"]),
        ("taste_cluster_count: many", ["taste_cluster_count is many", "10, or auto"]),
        ("behaviour_cluster_count: 3.5", ["behaviour_cluster_count is 3.5", "whole number"]),
        ("taste_cluster_count: 0", ["taste_cluster_count is 0", "from 1 to 10, or auto"]),
        ("kmeans_prior: 0.5", ["kmeans_prior is 0.5", "0, or a number from 1"]),
        ("kmeans_prior: -1", ["kmeans_prior is -1", "0, or a number from 1"]),
        ("kmeans_prior: much", ["kmeans_prior is much", "0, or a number from 1"]),
        ("behaviour_clip_share: half", ["behaviour_clip_share is half", "share"]),
        ("home_country: ' '", ["home_country is empty"]),
        ("behaviour_features: [order_count]", ["behaviour_features is", "net_sales"]),
        ("currency: ''", ["currency is empty"]),
        ("currency: '£'", ["currency is £", "ISO 4217"]),
        (
            "feature_units: days",
            ["feature_units is days", "lists by any of: days, count, money, share"],
        ),
        ("feature_units: {weeks: [recency_days]}", ["feature_units is", "weeks"]),
        ("feature_units: {days: recency_days}", ["feature_units is", "lists by any of"]),
        ("stability_customer_limit: few", ["stability_customer_limit is few", "whole number"]),
        (
            "custmer_scope: all",
            ["Unknown variable custmer_scope", "Did you mean customer_scope?"],
        ),
        ("columns: {invoice: Order ID}", ["columns is", "texts by any of: invoice_no"]),
    ],
)
def test_unusable_variables(run, variables: str, words: list[str]) -> None:
    code, message = run(HEADER + LINE, "--vars", variables)
    assert code == 1
    assert message.count("Error: ") == 1
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("arguments", "variables", "others"),
    [
        (["--select", "a"], {}, ["--select", "a"]),
        (["--vars", "as_of: 2024-09-01", "-x"], {"as_of": "2024-09-01"}, ["-x"]),
        (["-x", "--vars={a: [1, 2], b: true}"], {"a": [1, 2], "b": True}, ["-x"]),
        (["--vars=a: 1", "-x", "--vars", "{a: 2, b: 3}"], {"a": 2, "b": 3}, ["-x"]),
    ],
)
def test_every_way_to_give_variables_counts(
    arguments: list[str], variables: dict[str, object], others: list[str]
) -> None:
    assert split_variables(arguments) == (variables, others)
    assert split_variables(variables_option(variables)) == (variables, [])


@pytest.mark.parametrize("text", ["", "all", "[a]", "{a: ", "a: !!timestamp 2024-02-31"])
def test_what_holds_no_variables_is_said(text: str) -> None:
    for arguments in (["--vars", text], [f"--vars={text}"]):
        with pytest.raises(VariablesError, match="--vars holds no variables"):
            split_variables(arguments)
    with pytest.raises(VariablesError, match="--vars holds no variables"):
        split_variables(["--vars"])


def test_every_command_means_the_same_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("INVOICE_LINES", "SEGMENTS_DATABASE", "SEGMENTS_WAREHOUSE"):
        monkeypatch.setenv(name, "")
    for named, meant in (
        ("~/d.duckdb", tmp_path / "d.duckdb"),
        ("d.duckdb", tmp_path / "d.duckdb"),
        ("", PROJECT / "customer_segments.duckdb"),
    ):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SEGMENTS_DATABASE", named)
        monkeypatch.setenv("SEGMENTS_WAREHOUSE", "")
        assert published_database() == meant
        assert settle_paths()[:2] == (meant, PROJECT / "warehouse.duckdb")
        assert published_database() == meant


def test_a_day_before_the_data(run) -> None:
    code, message = run(HEADER + LINE * 2, "--vars", "as_of: 2010-11-30")
    assert code == 1
    assert message.count("Error: ") == 1
    for word in (
        "Lines found: 2, from 2010-12-01 to 2010-12-01",
        "on or after the as-of date (2)",
        "set the variable as_of, which is 2010-11-30, to data or a later day, or use other",
    ):
        assert word in message


def test_a_file_with_many_unreadable_lines(run) -> None:
    code, message = run(HEADER + LINE * 2 + LINE.replace(",24,", ",many,"))
    assert code == 1
    assert message.count("Error: ") == 1
    for word in (
        "1 of 3 lines cannot be read",
        "quantity (1 lines)",
        '"many"',
        "malformed_max_share",
    ):
        assert word in message


ONLY_MODELS = ("--exclude-resource-type", "test", "unit_test")
STAGING_ONLY = ("-s", "+path:models/staging", "--exclude-resource-type", "test")


def test_a_misspelt_home_country_stops_with_the_nearest(run) -> None:
    lines = HEADER + LINE + LINE.replace("France", "United Kingdom") * 3
    code, message = run(
        lines,
        *("-s", "+int_customer_countries", *ONLY_MODELS),
        *("--vars", "home_country: Untied Kingdom"),
    )
    assert code == 1
    assert "Did you mean United Kingdom (3 lines)?" in message
    assert message.count("Error: ") == 1


def test_a_bad_file_beside_years_of_good_lines(run, tmp_path: Path) -> None:
    folder = tmp_path / "days"
    folder.mkdir()
    (folder / "history.csv").write_text(HEADER + LINE * 5000)
    for line_count, expected_code in ((19, 0), (20, 1)):
        (folder / "day.csv").write_text(HEADER + LINE.replace(",24,", ",many,") * line_count)
        code, message = run(None, *STAGING_ONLY, INVOICE_LINES=str(folder))
        assert code == expected_code
        assert ("20 of 20 lines of day.csv cannot be read" in message) == bool(code)


IN_A_COLUMN = HEADER.replace("Country", "Country,Currency")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            IN_A_COLUMN + LINE.replace("France", "France,EUR") * 2,
            [
                "Amounts are in EUR (2 lines); the variable currency is GBP",
                "--vars 'currency: EUR'",
            ],
        ),
        (
            IN_A_COLUMN
            + LINE.replace("France", "France,eur")
            + LINE.replace("France", "France,GBP"),
            [
                "EUR (1 lines), GBP (1 lines)",
                "cannot be added up",
                "seeds/exchange_rates.csv",
                "EUR,",
            ],
        ),
        (
            HEADER + LINE.replace("3.75", "€3.75") + LINE + LINE.replace("3.75", "$3.75"),
            ["$ (1 lines)", "EUR (1 lines)", "GBP (1 lines)", "seeds/exchange_rates.csv"],
        ),
    ],
    ids=["another", "two in a column", "signs"],
)
def test_amounts_of_other_currencies_stop(run, content: str, words: list[str]) -> None:
    code, message = run(content, *STAGING_ONLY)
    assert code == 1
    assert message.count("Error: ") == 1
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("old", "texts", "words"),
    [
        (",24,", [",12 CR,", ",12 cr,"], ["All 2 quantities that cannot be read look negative"]),
        (",24,", [",1.5,", ",many,"], ["1 quantities have decimals, such as 1.5"]),
        ("536370", ["5.36E+05"], ["1 ids such as 5.36E+05 were saved by a spreadsheet"]),
        ("12583.0", ["7.10E+05"], ["1 ids such as 7.10E+05 were saved by a spreadsheet"]),
    ],
)
def test_values_that_are_almost_read_are_told(
    run, old: str, texts: list[str], words: list[str]
) -> None:
    damaged = "".join(LINE.replace(old, text) for text in texts)
    code, message = run(HEADER + LINE * 1000 + damaged, *STAGING_ONLY)
    assert code == 0
    for word in words:
        assert word in message


def test_what_nobody_can_see_is_written_out(run) -> None:
    code, message = run(HEADER + LINE.replace(",24,", ",2\u20604 x\u00a0,"), *STAGING_ONLY)
    assert code == 1
    assert 'is "2\\u20604 x\\u00a0"' in message


@pytest.mark.parametrize(
    ("date", "variables", "code", "words"),
    [
        (
            "2099-12-01",
            "as_of: data",
            1,
            [
                "Error: ",
                "1 line is more than 90 days after all others",
                "is of 2010-12-01",
                "536371",
                "as_of: 2010-12-02",
                "as_of: 2099-12-02",
            ],
        ),
        ("2099-12-01", "as_of: 2010-12-02", 0, []),
        ("2011-03-01", "as_of: data", 0, []),  # within 90 days of the others
        (
            "1999-12-01",
            "as_of: data",
            0,
            ["Warning: ", "1 line is more than 90 days before all others", "536371", "tenure"],
        ),
    ],
)
def test_lines_far_from_all_others(
    run, date: str, variables: str, code: int, words: list[str]
) -> None:
    far = LINE.replace("2010-12-01", date).replace("536370", "536371")
    found, message = run(HEADER + LINE * 1000 + far, *STAGING_ONLY, "--vars", variables)
    assert found == code
    assert bool(message) == bool(words)
    for word in words:
        assert word in message


def test_many_dates_of_the_other_order_are_no_case_for_the_variable(run) -> None:
    first, *others = ("2010-12-01 08:45:00", "12/13/10 8:45", "13/12/10 8:45")
    month_first, day_first = (LINE.replace(first, other) for other in others)
    code, message = run(HEADER + month_first * 20 + day_first)
    assert code == 1
    for word in (
        "1 of 21 lines",
        "such as 13/12/10 8:45",
        "with the two swapped",
        "mend the dates",
    ):
        assert word in message


def test_a_warehouse_in_use_says_by_whom(run, builds: Path, tmp_path: Path) -> None:
    warehouse = builds / tmp_path.name / "warehouse.duckdb"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; c = duckdb.connect({str(warehouse)!r}); print(1, flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline()
        code, message = run(HEADER + LINE)
    finally:
        holder.communicate(b"\n")
    assert code == 1
    assert f"is in use by process {holder.pid}" in message


@pytest.mark.parametrize("is_python_model", [False, True])
def test_no_disk_for_what_memory_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_python_model: bool
) -> None:
    folder = tmp_path / "spilled"
    monkeypatch.setenv("SEGMENTS_TEMP_DIRECTORY", str(folder))
    with duckdb.connect(config={"memory_limit": "30MB", "temp_directory": str(folder)}) as spilling:
        spilling.execute("set max_temp_directory_size = '1MB'")
        with pytest.raises(duckdb.OutOfMemoryException) as error:
            spilling.execute(
                "create table lines as select hash(range)::text as h from range(2000000) order by h"
            )
    text = str(error.value)
    if is_python_model:
        text = f"Traceback (most recent call last):\n  ...\n  duckdb.OutOfMemoryException: {text}"
    node = SimpleNamespace(name="int_lines", resource_type="model")
    message = plain_result(SimpleNamespace(message=text, node=node))
    for words in ("failed to offload", str(folder), "GB are free", "SEGMENTS_TEMP_DIRECTORY"):
        assert words in message
    for words in ("Traceback", "PRAGMA", "SET threads"):
        assert words not in message


def test_one_file_for_two_databases(run, builds: Path, tmp_path: Path) -> None:
    code, message = run(
        HEADER + LINE, SEGMENTS_WAREHOUSE=str(builds / tmp_path.name / "published.duckdb")
    )
    assert code == 1
    assert "The same file has two names" in message


def test_a_folder_for_a_database(run, tmp_path: Path) -> None:
    code, message = run(HEADER + LINE, SEGMENTS_WAREHOUSE=str(tmp_path))
    assert code == 1
    assert f"{tmp_path} is a folder" in message


def test_a_part_of_the_project_says_that_it_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment(tmp_path, SAMPLE / "invoice_lines.csv").items():
        monkeypatch.setenv(name, value)
    assert build_command(["-s", "segment_playbook"]) == 0
    assert "Not published" in capfd.readouterr().out


def test_a_warning_is_seen(
    sample_build: Build,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    copied(sample_build, tmp_path)
    for name, value in environment(tmp_path, SAMPLE / "invoice_lines.csv").items():
        monkeypatch.setenv(name, value)
    size = ["--select", "segments_have_a_useful_size", "--vars", "segment_max_share: 0.14"]
    assert build_command([*size, "--vars=customer_scope: international"]) == 0
    message = capfd.readouterr().err
    assert "Warning: No segment is too small to act on" in message
    assert "Found: segment_id " in message
    assert "(test segments_have_a_useful_size)" in message


def test_a_model_that_should_be_refitted_warns_and_says_what_to_type(
    sample_build: Build,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    copied(sample_build, tmp_path)
    for name, value in environment(tmp_path, SAMPLE / "invoice_lines.csv").items():
        monkeypatch.setenv(name, value)
    part = ["--select", "rpt_model_health"]
    assert build_command(part) == 0
    assert "should be refitted" not in capfd.readouterr().err
    release_warehouse()
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            "update intermediate.int_model_health set moved_share = 0.2, shifted_count = 1, "
            "moved_behaviour_share = 0.15, moved_taste_share = 0.06, chance_moved_share = 0.05, "
            "most_shifted = 'recency_days', largest_shift = 0.3, fitted_history_months = 6"
        )
    assert build_command(part) == 0
    message = " ".join(capfd.readouterr().err.split())
    assert (
        "Model 1, fitted as of 2024-12-09, should be refitted: a refit would move 20.0 % of the "
        "customers (15.0 % by behaviour, 6.0 % by taste), chance alone 5.0 %. It saw 6.0 months of "
        "orders, now there are 12.3; most shifted is recency_days (population stability index "
        "0.30). Type --vars 'refit: force'"
    ) in message


def test_a_home_country_of_another_name_is_noticed(run) -> None:
    """The file calls it UK: its customers would all be international."""
    home = "".join(
        LINE.replace("12583", str(number)).replace("France", "UK") for number in range(1, 4)
    )
    located = ("-s", "+int_customer_countries", *ONLY_MODELS)
    for variables, is_noticed in (("as_of: data", True), ("home_country: uk", False)):
        code, message = run(HEADER + LINE + home, *located, "--vars", variables)
        assert code == 0
        assert ("3 of 4 customers are of UK" in message) == is_noticed
        assert ("home_country: UK" in message) == is_noticed


def test_a_home_country_that_no_line_names_is_noticed(run) -> None:
    """Fewer of the home country than of others, or none at all, though somebody has named it."""
    others = "".join(
        LINE.replace("12583", country).replace("France", country)
        for country in ("Spain", "Italy", "Norway")
    )
    home = LINE.replace("France", "UK")
    located = ("-s", "+int_customer_countries", *ONLY_MODELS)
    for lines, variables, found in (
        (home, "as_of: data", "1 of 4 customers are of UK"),
        ("", "as_of: data", None),
        ("", "home_country: Germny", "No customer is of Germny (variable home_country)"),
    ):
        content = HEADER + others + lines
        code, message = run(content, *located, "--vars", variables)
        assert code == 0
        assert ("No customer is of" in message) == (found is not None)
        assert (found or "") in message


def test_invoice_numbers_that_begin_again_are_noticed(run) -> None:
    """One number in two months is one order; minutes around midnight are not worth a word."""
    again = LINE.replace("22728,CLOCK", "22729,LAMP")
    midnight = LINE.replace("536370", "536371").replace("08:45", "23:59")
    after = midnight.replace("22728,CLOCK", "22729,LAMP").replace("12-01 23:59", "12-02 00:01")
    orders = ("-s", "+fct_orders", *ONLY_MODELS)
    for date, is_noticed in (("2011-01-03", True), ("2010-12-01", False)):
        lines = HEADER + LINE + again.replace("2010-12-01", date) + midnight + after
        code, message = run(lines, *orders)
        assert code == 0, message
        assert ("1 order has lines that are more than a day apart" in message) == is_noticed
        found = "invoice 536370 of customer 12583 is of 2010-12-01 and of 2011-01-03"
        assert (found in message) == is_noticed


def test_a_correction_beside_what_it_corrects_is_noticed(run, tmp_path: Path) -> None:
    """The same line in two files counts once; one with another price counts as well."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "november.csv").write_text(HEADER + LINE)
    for price, is_noticed in (("3.75", False), ("3.95", True)):
        (folder / "corrected.csv").write_text(HEADER + LINE.replace("3.75", price))
        lines = ("-s", "+int_invoice_lines_repeated", *ONLY_MODELS)
        code, message = run(None, *lines, INVOICE_LINES=str(folder))
        assert code == 0, message
        found = "1 invoice has an item in several files, with lines that differ: 22728 of invoice"
        assert (f"{found} 536370 in corrected.csv and november.csv" in message) == is_noticed


def test_an_id_of_many_countries_is_noticed(run) -> None:
    countries = ["France", "Spain", "Italy", "Japan", "Norway"]
    lines = [LINE.replace("France", country) for country in countries]
    for count, is_noticed in ((4, False), (5, True)):
        content = HEADER + "".join(lines[:count])
        code, message = run(content, "-s", "+int_customer_countries", *ONLY_MODELS)
        assert code == 0, message
        assert ("more than 4 countries: 12583 (5 countries)" in message) == is_noticed


def test_letters_that_mean_a_branch_are_noticed(run) -> None:
    lines = "".join(LINE.replace("536370", str(number)) for number in range(1000, 1200))
    returned = LINE.replace("536370", "C536370").replace(",24,", ",-24,")
    for odd, words in (
        (returned, None),
        (LINE.replace("536370", "C2000"), "which count as cancellations, have 24 units more"),
        (LINE.replace("536370", "A2000"), None),
    ):
        code, message = run(HEADER + lines + odd, "-s", "+rpt_line_dispositions", *ONLY_MODELS)
        assert code == 0, message
        assert ("If the letter means something else" in message) == (words is not None)
        assert (words or "") in message
    adjusted = "".join(LINE.replace("536370", f"A{number}") for number in range(3))
    code, message = run(HEADER + lines + adjusted, "-s", "+rpt_line_dispositions", *ONLY_MODELS)
    assert "3 of 203 lines are of invoices A and digits" in message


def test_much_money_entered_by_hand_is_noticed(run) -> None:
    """Fifty lines of 90 pounds, and one by hand: 2 % of them is not yet worth a word."""
    lines = "".join(LINE.replace("536370", str(number)) for number in range(1000, 1050))
    for price, held in (("3.75", None), ("3.76", "90.24"), ("-3.76", "-90.24")):
        by_hand = LINE.replace("22728", "M").replace("3.75", price)
        code, message = run(HEADER + lines + by_hand, "-s", "+rpt_line_dispositions", *ONLY_MODELS)
        assert code == 0, message
        assert ("1 lines entered by hand" in message) == (held is not None)
        assert held is None or f"hold {held}, 2.0% of the value of goods sold" in message


def test_another_currency_is_not_added_up_as_pounds(run) -> None:
    code, message = run(HEADER + LINE * 9 + LINE.replace("3.75", "€3.75"), *STAGING_ONLY)
    assert code == 1
    for words in ("unit price (1 lines)", '"€3.75"', "A unit price is a number, with £ or GBP"):
        assert words in message


def test_a_folder_that_cannot_be_written_to(run) -> None:
    code, message = run(HEADER + LINE, SEGMENTS_WAREHOUSE="/proc/warehouse.duckdb")
    assert code == 1
    assert "Cannot write to folder /proc" in message
    assert "SEGMENTS_WAREHOUSE" in message


def test_broken_rules_and_keys_are_named_with_their_rows(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    """One test looks at all that is true of a model's rows; what it returns is one row."""
    copied(sample_build, tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb.marts")) as marts:
        marts.execute("insert into fct_orders_keyed from fct_orders_keyed limit 2")
        marts.execute("update fct_orders_keyed set item_count = -1 where invoice_key % 10 = 7")
        [(damaged,)] = marts.execute(
            "select count(*) from fct_orders_keyed where item_count = -1"
        ).fetchall()
    named = "fct_orders_keyed__each_row"
    found = build(SAMPLE / "invoice_lines.csv", "test", "--select", named, folder=tmp_path)
    [result] = [result for result in found.results if result.status == "fail"]
    assert plain_result(result) == (
        f"fct_orders_keyed: {damaged} rows break the rule item_count >= 0; "
        "fct_orders_keyed: 4 rows break the rule unique (customer_key, invoice_key) "
        f"(test {named})"
    )


@pytest.mark.skipif(not shutil.which("make"), reason="no make on this machine")
@pytest.mark.parametrize("named", ["elsewhere/w.duckdb", "~/w.duckdb", None])
def test_make_clean_removes_the_warehouse_that_is_named(tmp_path: Path, named: str | None) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "elsewhere").mkdir(parents=True)
    (checkout / "target" / "invoice_lines").mkdir(parents=True)
    home = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    place = checkout / (named or "warehouse.duckdb").replace("~", str(tmp_path))
    removed = [place, *(place.with_name(f"{place.name}{end}") for end in (".wal", ".marts"))]
    kept = [checkout / "customer_segments.duckdb", checkout / "models.duckdb"]
    files = [*removed, *kept]
    for file in files:
        file.write_text("lines", encoding="utf-8")
    subprocess.run(
        ["make", "--file", str(PROJECT / "Makefile"), "clean"],
        cwd=checkout,
        check=True,
        env=home | ({"SEGMENTS_WAREHOUSE": named} if named else {}),
    )
    assert [file for file in files if file.exists()] == kept
    assert not (checkout / "target").exists()


def test_the_command_explains_itself() -> None:
    for arguments in ([], ["destroy"]):
        outcome = subprocess.run(
            [sys.executable, "-m", "customer_segments", *arguments],
            cwd=PROJECT.parent,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert outcome.returncode == 2
        assert "usage: customer-segments build" in outcome.stderr


def test_the_command_builds_the_sample(tmp_path: Path) -> None:
    """As a user does: another process, plain arguments, the summary on standard output."""
    folder = tmp_path / "build"
    folder.mkdir()
    outcome = subprocess.run(
        [sys.executable, "-m", "customer_segments", "build"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={
            "PATH": "/usr/bin:/bin",
            **environment(folder, SAMPLE / "invoice_lines.csv"),
        },
    )
    assert outcome.returncode == 0, outcome.stderr
    for word in ("35,164 in", "30,439 kept", "Core accounts", str(folder / "published.duckdb")):
        assert word in outcome.stdout
    assert outcome.stderr == ""
