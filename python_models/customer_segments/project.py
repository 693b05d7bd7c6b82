"""Where the project and its two databases lie, and how the words of another program are quoted."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def published_database() -> Path:
    """Return the path of the database that analysts read."""
    return _named("SEGMENTS_DATABASE", "customer_segments.duckdb")


def warehouse_database() -> Path:
    """Return the path of the database that builds write."""
    return _named("SEGMENTS_WAREHOUSE", "warehouse.duckdb")


def users_path(text: str) -> Path:
    """Return the absolute path of what a user names, from where the user stands."""
    return Path(os.path.expanduser(text)).absolute()


def first_line(error: Exception) -> str:
    """Return the first line of an error: DuckDB goes on with the statement and with advice."""
    return str(error).splitlines()[0]


def _named(variable: str, default: str) -> Path:
    """Return the file that an environment variable names; an empty one names none."""
    named = os.environ.get(variable)
    return users_path(named) if named else PROJECT / default
