"""Files for campaign tools: every published member, the same bytes, whole or not at all."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import Build

from customer_segments.commands.audiences import COLUMNS, audiences


@pytest.fixture
def folder(sample_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEGMENTS_DATABASE", str(sample_build.database))
    folder = tmp_path / "the boss's audiences"
    assert audiences([str(folder)]) == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_files_hold_every_member_once(folder: Path, sample_build: Build) -> None:
    members = sample_build.query(f"select {', '.join(COLUMNS)} from fct_audience_members")
    types = "types = {'customer_id': 'varchar', 'suppression_reason': 'varchar'}"
    place = str(folder).replace("'", "''")
    for files in (f"'{place}/*.parquet'", f"read_csv('{place}/*.csv', {types})"):
        found = duckdb.sql(f"from {files}")
        assert tuple(found.columns) == COLUMNS
        assert sorted(found.fetchall(), key=str) == sorted(members, key=str)


def test_a_spreadsheet_runs_nothing_of_a_csv(
    sample_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customer and a country that are formulas; the Parquet file has them as they are."""
    database = tmp_path / "changed.duckdb"
    shutil.copy(sample_build.database, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update fct_audience_members set country = '@SUM(1+9)*cmd|'' /C calc''!A0', "
            "customer_id = '=' || customer_id where audience_id = 'B1T1'"
        )
        before = connection.execute(
            "select customer_id, country from fct_audience_members where audience_id = 'B1T1' "
            "order by all"
        ).fetchall()
    monkeypatch.setenv("SEGMENTS_DATABASE", str(database))
    assert audiences([str(tmp_path / "folder")]) == 0
    with (tmp_path / "folder" / "B1T1.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted((row["customer_id"], row["country"]) for row in rows) == [
        (f"'{customer_id}", f"'{country}") for customer_id, country in before
    ]
    assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r")]
    raw = duckdb.sql(f"select customer_id, country from '{tmp_path}/folder/B1T1.parquet'")
    assert sorted(raw.fetchall()) == before


def test_the_output_says_what_is_left_to_the_sender(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert audiences([str(folder)]) == 0
    told = capfd.readouterr().out
    assert "whose experiment_arm is treated" in told
    assert "less who has opted out and who was\ncontacted within the cadence" in told


def test_the_manifest_says_what_the_files_hold(folder: Path, sample_build: Build) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert [(manifest["as_of_date"], manifest["line_count"])] == sample_build.query(
        "select as_of_date::varchar, line_count from rpt_build"
    )
    listed = {}
    for audience in manifest["audiences"]:
        listed |= {name: file["sha256"] for name, file in audience["files"].items()}
        arms = [audience[f"{arm}_count"] for arm in ("treated", "holdout", "suppressed")]
        assert sum(arms) == audience["customer_count"]
        assert [(arms[0], arms[1])] == sample_build.query(
            "select count(*) filter (experiment_arm = 'treated'), count(*) filter (is_holdout) "
            f"from fct_audience_members where audience_id = '{audience['audience_id']}'"
        )
    found = contents(folder)
    del found["manifest.json"]
    assert listed == {name: hashlib.sha256(file).hexdigest() for name, file in found.items()}


def test_the_schema_is_that_of_the_table(sample_build: Build) -> None:
    """Columns that the table gains at its end are for the files to take up, on purpose."""
    columns = sample_build.query(
        "select column_name from duckdb_columns() where table_name = 'fct_audience_members' "
        "order by column_index"
    )
    assert tuple(name for (name,) in columns) == COLUMNS


def test_the_same_database_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert audiences([str(tmp_path / "again")]) == 0
    assert contents(tmp_path / "again") == contents(folder)


def test_an_export_replaces_the_one_before_and_nothing_else(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = contents(folder)
    manifest = json.loads(before["manifest.json"])
    manifest["audiences"][0]["files"]["B9T9.csv"] = {}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "B9T9.csv").write_text("a segment that is gone", encoding="utf-8")
    assert audiences([str(folder)]) == 0
    assert contents(folder) == before
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    assert audiences([str(folder)]) == 1
    assert "holds notes.txt" in capfd.readouterr().err
    assert contents(folder) == before | {"notes.txt": b"mine"}
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (None, "There is no database"),
        ("no database at all", "cannot be read"),
        ("create table rpt_build (as_of_date date)", "Another version of the project built"),
    ],
    ids=["absent", "damaged", "old"],
)
def test_an_unusable_database_leaves_the_last_export(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    made: str | None,
    words: str,
) -> None:
    before = contents(folder)
    database = tmp_path / "other.duckdb"
    if made and made.startswith("create"):
        with duckdb.connect(str(database)) as connection:
            connection.execute(made)
    elif made:
        database.write_text(made * 1000, encoding="utf-8")
    monkeypatch.setenv("SEGMENTS_DATABASE", str(database))
    assert audiences([str(folder)]) == 1
    message = capfd.readouterr().err
    assert words in message
    assert "make build" in message
    assert "Traceback" not in message
    assert contents(folder) == before


def test_places_that_cannot_be_written_to(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for place, words in (
        ("/proc/audiences", "cannot write to /proc/audiences"),
        (str(folder / "manifest.json"), "is a file"),
    ):
        assert audiences([place]) == 1
        assert words in capfd.readouterr().err
    assert audiences(["one", "two"]) == 2
    assert "usage: " in capfd.readouterr().err
