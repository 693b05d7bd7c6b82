"""Nothing that a build leaves decides what the next one makes, but the models that are kept.

`STATE_SEQUENCES=200 pytest tests/python/project/test_state.py` goes through that many sequences.
"""

import csv
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import (
    DATA_TESTS,
    FIT_SETTINGS,
    SAMPLE,
    WITHOUT_TESTS,
    Build,
    Builder,
    copied,
    environment,
    release_warehouse,
)

from customer_segments import registry
from customer_segments.fitting.customers import Customers
from customer_segments.fitting.segment_model import SegmentModel

LINES = SAMPLE / "invoice_lines.csv"
SEQUENCES = int(os.environ.get("STATE_SEQUENCES", "20"))
SEED = 20101201
Row = dict[str, str]


def days() -> dict[str, list[Row]]:
    """Return the lines of the sample by day, in the order of the file."""
    with LINES.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    found: dict[str, list[Row]] = {}
    for line in lines:
        month, day, rest = line["InvoiceDate"].split("/")
        found.setdefault(f"20{rest[:2]}-{int(month):02}-{int(day):02}", []).append(line)
    return found


def write(path: Path, lines: list[Row], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def published(build: Build) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the published tables, sorted, by table."""
    release_warehouse()
    return build.tables()


def fresh(build: Builder, lines: Path, folder: Path, kept: Path | None) -> Build:
    """Build from `lines` where no build was before, on a copy of the kept models."""
    folder.mkdir()
    if kept:
        shutil.copy(kept, folder / "models.duckdb")
    made = build(lines, *WITHOUT_TESTS, folder=folder)
    assert made.success, made.failures
    return made


# ---- any part of a build, at any time


@pytest.fixture(scope="module")
def nodes(sample_build: Build) -> list[str]:
    """Return the names of the models and seeds of the project."""
    results = (sample_build.target / "manifest.json").read_text(encoding="utf-8")
    return sorted(
        node["name"]
        for node in json.loads(results)["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    )


def random_part(draws: random.Random, nodes: list[str]) -> tuple[str, ...]:
    """Return a dbt command that makes some of the models, in one of dbt's ways."""
    chosen = []
    for name in draws.sample(nodes, draws.randint(1, 3)):
        before, after = draws.choice([("", ""), ("", "+"), ("", "1+"), ("1+", "")])
        chosen.append(before + name + after)
    way = draws.choice(
        [
            *(("build",), ("build",), ("run",)),
            *(("build", "--full-refresh"), ("build", "--empty"), ("run", "--sample", "3 days")),
            ("build", "--vars", "refit: force"),
            ("build", "--vars", "as_of: 2024-09-10"),
        ]
    )
    return (*way, "--select", *chosen, "--exclude", "resource_type:test", "resource_type:unit_test")


@pytest.mark.timeout(60 + 60 * SEQUENCES)  # seconds
def test_any_part_of_a_build_may_run_between_two_whole_ones(
    sample_build: Build, build: Builder, nodes: list[str], tmp_path: Path
) -> None:
    """Whatever it does to the warehouse, and whether it fails, nothing is published or kept."""
    folder = copied(sample_build, tmp_path)
    expected = sample_build.tables()
    draws = random.Random(SEED)
    for number in range(SEQUENCES):
        before = (folder / "published.duckdb").read_bytes()
        done = []
        for _ in range(draws.randint(1, 2)):
            done.append(random_part(draws, nodes))
            build(LINES, *done[-1], folder=folder)
            if draws.random() < 0.2:
                done.append(("retry",))
                build(LINES, "retry", folder=folder)
        release_warehouse()
        assert (folder / "published.duckdb").read_bytes() == before, (number, done)
        again = build(LINES, *WITHOUT_TESTS, folder=folder)
        assert again.success, (number, done, again.failures)
        assert published(again) == expected, (number, done)
        assert kept_rows(again) == kept_rows(sample_build), (number, done)


def kept_rows(build: Build) -> list[tuple[object, ...]]:
    release_warehouse()
    with duckdb.connect(str(build.kept_models), read_only=True) as connection:
        return connection.execute("from ml_kmeans_parameters order by all").fetchall()


def test_a_part_of_a_build_names_the_tables_that_it_lacks(build: Builder, tmp_path: Path) -> None:
    found = build(LINES, "run", "--select", "fct_customer_features", folder=tmp_path)
    assert not found.success
    for words in ("fct_customer_items_keyed, fct_orders_keyed, int_as_of", "make build"):
        assert words in str(found.exception)


def test_an_empty_build_makes_every_table_and_publishes_nothing(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    folder = copied(sample_build, tmp_path)
    found = build(LINES, "build", "--empty", folder=folder)
    assert found.success, found.failures
    assert published(found) == sample_build.tables()
    with found.open_warehouse() as warehouse:
        assert warehouse.execute("select count(*) from fct_customer_segments").fetchall() == [(0,)]


def test_a_refit_is_kept_once_however_often_its_build_runs(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    """The inner loop after a whole build: what is fitted on the way is not kept."""
    folder = copied(sample_build, tmp_path)
    refit = ("--vars", "refit: force")
    for _ in range(2):
        assert build(
            LINES, "run", "--select", "fct_customer_features+", *refit, folder=folder
        ).success
    versions = "select list(distinct model_version order by 1) from ml_kmeans_parameters"
    for number in (2, 3):
        assert build(LINES, *WITHOUT_TESTS, *refit, folder=folder).success
        release_warehouse()
        with duckdb.connect(str(folder / "models.duckdb"), read_only=True) as kept:
            assert kept.execute(versions).fetchall() == [(list(range(1, number + 1)),)]


def test_a_model_of_the_same_version_from_another_build_is_not_overwritten(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    """Two builds fit a second model at once: the last to end stores and publishes nothing."""
    folder = copied(sample_build, tmp_path)
    before = (folder / "published.duckdb").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        add_model = registry.add_model

        def slow(**asked: object) -> object:
            made = add_model(**asked)  # type: ignore[arg-type]
            with duckdb.connect(str(folder / "models.duckdb")) as kept:
                kept.execute(
                    "insert into ml_kmeans_parameters (model_version, axis, parameter) "
                    "values (2, 'model', 'decision')"
                )
            return made

        patch.setattr(registry, "add_model", slow)
        found = build(LINES, *WITHOUT_TESTS, "--vars", "refit: force", folder=folder)
    release_warehouse()
    assert not found.success
    assert (folder / "published.duckdb").read_bytes() == before
    with duckdb.connect(str(folder / "models.duckdb"), read_only=True) as kept:
        sql = "select count(*) from ml_kmeans_parameters where model_version = 2"
        assert kept.execute(sql).fetchall() == [(1,)]


# ---- any files, in any order

SAMPLE_DAYS = days()
LAST = sorted(SAMPLE_DAYS)[-4:]
EARLY = sorted(SAMPLE_DAYS)[40]
Change = Callable[[Path], None]


def one_more_day(folder: Path) -> None:
    write(folder / "last_2.csv", SAMPLE_DAYS[LAST[2]])


def late_lines(folder: Path) -> None:
    """Lines of months ago arrive: sales that later returns cancel are among them."""
    write(folder / "late.csv", SAMPLE_DAYS[EARLY])


def corrected_day(folder: Path) -> None:
    """A day is sent again with other prices, and without its first line."""
    lines = [dict(line, UnitPrice="1.11") for line in SAMPLE_DAYS[LAST[1]][1:]]
    write(folder / "last_1.csv", lines)


def a_day_twice(folder: Path) -> None:
    write(folder / "last_1_again.csv", SAMPLE_DAYS[LAST[1]])


def a_day_in_utf_16(folder: Path) -> None:
    """DuckDB cannot read the file: a copy is made."""
    write(
        folder / "wide.csv", [dict(line, Quantity="7") for line in SAMPLE_DAYS[LAST[3]]], "utf-16"
    )


def a_customer_less(folder: Path) -> None:
    lines = [dict(line, Quantity="7") for line in SAMPLE_DAYS[LAST[3]]]
    last = max(line["CustomerID"] for line in lines)
    write(folder / "wide.csv", [line for line in lines if line["CustomerID"] != last], "utf-16")


def files_are_gone(folder: Path) -> None:
    for name in ("late.csv", "last_0.csv"):
        (folder / name).unlink(missing_ok=True)


def renamed_files(folder: Path) -> None:
    """The same lines, in files of other names, so in another order."""
    for number, file in enumerate(sorted(folder.glob("*.csv"), reverse=True)):
        file.rename(folder / f"{number}_{file.name.split('_', 1)[-1]}")


def nothing(folder: Path) -> None:
    """Files are as they were."""


CHANGES: list[Change] = [
    *(nothing, one_more_day, late_lines, corrected_day, a_day_twice, a_day_in_utf_16),
    *(a_customer_less, files_are_gone, renamed_files),
]


def start_of(folder: Path) -> None:
    """Write all lines but those of some days."""
    held_back = {EARLY, LAST[2], LAST[3]}
    for number in (0, 1):
        write(folder / f"last_{number}.csv", SAMPLE_DAYS[LAST[number]])
        held_back.add(LAST[number])
    rest = [line for day, lines in SAMPLE_DAYS.items() if day not in held_back for line in lines]
    write(folder / "history.csv", rest)


@pytest.mark.timeout(60 + 60 * SEQUENCES)  # seconds
def test_changed_files_give_what_a_build_from_nothing_gives(build: Builder, tmp_path: Path) -> None:
    lines = tmp_path / "lines"
    lines.mkdir()
    start_of(lines)
    folder = tmp_path / "going on"
    first = fresh(build, lines, folder, kept=None)
    draws = random.Random(SEED)
    for number in range(max(2, SEQUENCES // 5)):
        changes = draws.sample(CHANGES, draws.randint(1, 4))
        for change in changes:
            change(lines)
        kept = shutil.copy(first.kept_models, tmp_path / "kept.duckdb")
        again = build(lines, *WITHOUT_TESTS, folder=folder)
        assert again.success, (number, changes, again.failures)
        other = fresh(build, lines, tmp_path / f"fresh {number}", kept)
        expected = published(other)
        shutil.rmtree(other.folder)
        assert published(again) == expected, (number, changes)


def test_removed_customers_are_in_no_byte_of_any_file(build: Builder, tmp_path: Path) -> None:
    """Nor are their invoices: in the databases, and in copies that were made to read the lines."""
    customer = "98765432101"
    invoices = ("INV98765432", "C98765432")
    sold = [line for line in SAMPLE_DAYS[LAST[3]] if line["CustomerID"]][:30]
    lines = tmp_path / "lines"
    lines.mkdir()
    with LINES.open(encoding="utf-8", newline="") as file:
        others = list(csv.DictReader(file))
    of_one = [
        dict(line, CustomerID=customer, InvoiceNo=invoice, Country="France")
        for invoice in invoices
        for line in sold
    ]
    write(lines / "wide.csv", others + of_one, "utf-16")
    folder = tmp_path / "build"
    folder.mkdir()

    def found() -> set[str]:
        release_warehouse()
        places = [*folder.rglob("*.duckdb*"), *Path("target/invoice_lines").rglob("*")]
        return {
            file.name
            for file in places
            if file.is_file()
            for content in [file.read_bytes()]
            if any(text.encode() in content for text in (customer, *invoices))
        }

    assert build(lines, *WITHOUT_TESTS, folder=folder).success
    assert found() >= {"warehouse.duckdb", "warehouse.duckdb.marts", "published.duckdb", "wide.csv"}
    write(lines / "wide.csv", others, "utf-16")
    assert build(lines, *DATA_TESTS, folder=folder).success
    assert found() == set()


# ---- models of earlier versions

KEPT = Path(__file__).parent / "kept_models"


@pytest.mark.parametrize(
    ("version", "fits"),
    [("0.2.0", []), ("0.1.0", []), ("before_0.1.0", ["stored model of an earlier version"])],
)
def test_labels_outlive_an_upgrade(
    sample_build: Build, build: Builder, tmp_path: Path, version: str, fits: list[str]
) -> None:
    """Models were kept in the warehouse until 0.2.0; before 0.1.0 they had no rules.

    They were fitted by one Lloyd step, to two tastes: a kept one goes on with its own labels.
    """
    place = "models.duckdb" if version == "0.2.0" else "warehouse.duckdb"
    shutil.copy(KEPT / f"{version}.duckdb", tmp_path / place)
    upgraded = build(LINES, *DATA_TESTS, folder=tmp_path)
    assert upgraded.success, upgraded.failures
    reasons = "select fit_reason from dim_models order by model_version"
    assert upgraded.query(reasons) == [(reason,) for reason in ("first model", *fits)]
    labels = "select customer_id, segment_id from fct_customer_segments order by 1"
    expected = sample_build.query(labels) if fits else labels_by_kept_model(upgraded)
    assert upgraded.query(labels) == expected


def labels_by_kept_model(build: Build) -> list[tuple[str, str]]:
    """Return the labels of the customers by the first model that is kept, worked out in Python."""
    release_warehouse()
    with duckdb.connect(str(build.kept_models), read_only=True) as kept:
        rows = kept.execute("from ml_kmeans_parameters where model_version = 1").df()
    with duckdb.connect(str(build.database), read_only=True) as marts:
        customers = Customers.read(
            *(marts.sql(f"from {name}") for name in ("fct_customer_features", "fct_customer_items"))
        )
    found = SegmentModel.from_table(rows, FIT_SETTINGS.feature_units).predict(customers)
    return [
        (customer, f"B{behaviour}T{taste}")
        for customer, (behaviour, taste) in zip(
            customers.features["customer_id"], found.tolist(), strict=True
        )
    ]


@pytest.mark.parametrize(
    "asked", ["kmeans_prior: 0", "kmeans_max_iter: 1", "taste_cluster_count: 3"]
)
def test_a_kept_model_does_not_go_on_where_something_else_is_asked_for(
    build: Builder, tmp_path: Path, asked: str
) -> None:
    shutil.copy(KEPT / "0.2.0.duckdb", tmp_path / "models.duckdb")
    variables = f"{{{asked}, stability_severity: warn}}"
    found = build(LINES, *WITHOUT_TESTS, "--vars", variables, folder=tmp_path)
    assert found.success, found.failures
    reasons = found.query("select fit_reason from dim_models order by model_version")
    assert reasons == [("first model",), ("other settings",)]


def test_removed_models_do_not_come_back(
    sample_build: Build, build: Builder, tmp_path: Path
) -> None:
    """The warehouse has a copy of those that the last build read."""
    folder = copied(sample_build, tmp_path)
    assert build(LINES, *WITHOUT_TESTS, folder=folder).success
    release_warehouse()
    (folder / "models.duckdb").unlink()
    again = build(LINES, *WITHOUT_TESTS, "--vars", "refit: force", folder=folder)
    assert again.query("select fit_reason from dim_models") == [("first model",)]


@pytest.mark.parametrize("same", ["warehouse.duckdb", "warehouse.duckdb.marts", "published.duckdb"])
def test_one_file_for_two_things_is_refused_before_anything_is_removed(
    build: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, same: str
) -> None:
    """By plain dbt too, which removes the warehouse at the start of a whole build."""
    shutil.copy(KEPT / "0.2.0.duckdb", tmp_path / same)
    monkeypatch.setattr(
        "conftest.environment",
        lambda folder, lines: environment(folder, lines) | {"SEGMENTS_MODELS": str(folder / same)},
    )
    found = build(LINES, *WITHOUT_TESTS, folder=tmp_path)
    release_warehouse()
    assert not found.success
    assert "The same file has two names" in str(found.exception)
    assert (tmp_path / same).stat().st_size >= (KEPT / "0.2.0.duckdb").stat().st_size
