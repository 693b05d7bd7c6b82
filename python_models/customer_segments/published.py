"""The published database, opened for reading, or one message that says why it cannot be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
NEXT = "Run `make build` first, or name another database in SEGMENTS_DATABASE."


class PublishedError(Exception):
    """The published database cannot be read. The message says why and how to go on."""


def published_database() -> Path:
    """Return the path of the published database."""
    named = os.environ.get("SEGMENTS_DATABASE")
    return (Path(named).expanduser() if named else PROJECT / "customer_segments.duckdb").absolute()


@contextmanager
def open_published() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published database; what the reader asks for and it lacks is an error too."""
    database = published_database()
    if not database.is_file():
        raise PublishedError(f"There is no database {database}. {NEXT}")
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            yield connection
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise PublishedError(
            f"Another version of the project built {database}: {_first_line(error)} {NEXT}"
        ) from error
    except duckdb.Error as error:
        raise PublishedError(f"{database} cannot be read: {_first_line(error)} {NEXT}") from error


def _first_line(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].removesuffix("!") + "."
