"""Where the project and its two databases lie, and how the words of another program are quoted."""

import os
from pathlib import Path


def _project() -> Path:
    """Return the folder of dbt_project.yml: this checkout, or the one that the user stands in.

    The package is installed from a checkout (`make`), or copied out of one (`pip install .`).
    """
    here = Path.cwd()
    folders = (Path(__file__).resolve().parents[2], here, *here.parents)
    return next((folder for folder in folders if (folder / PROJECT_FILE).is_file()), here)


PROJECT_FILE = "dbt_project.yml"
PROJECT = _project()


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
