"""The published database, opened for reading, or one message that says why it cannot be."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from customer_segments.project import first_line, published_database

NEXT = "Run `make build` first, or name another database in SEGMENTS_DATABASE."


class PublishedError(Exception):
    """The published database cannot be read. The message says why and how to go on."""


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
            f"Another version of the project built {database}: {_said(error)} {NEXT}"
        ) from error
    except duckdb.Error as error:
        raise PublishedError(f"{database} cannot be read: {_said(error)} {NEXT}") from error


def _said(error: duckdb.Error) -> str:
    return first_line(error).removesuffix("!") + "."
