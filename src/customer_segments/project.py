"""Where the project and its databases lie, and how the words of another program are quoted."""

import hashlib
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


def kept_models() -> Path:
    """Return the path of the database of what is kept from build to build."""
    return _named("SEGMENTS_MODELS", "models.duckdb")


def campaigns_folder() -> Path:
    """Return the folder that has a folder for each campaign."""
    return _named("SEGMENTS_CAMPAIGNS", "campaigns")


def marts_of(warehouse: Path) -> Path:
    """Return the file of the marts of a warehouse, as profiles.yml names it."""
    return warehouse.with_name(f"{warehouse.name}.marts")


def unusable_files() -> str | None:
    """Return a message if two databases are one file: a build would remove what another is for.

    Or if one has a name that DuckDB takes for another: it writes the log of `a?b` to `a.wal?b`.
    """
    files = {
        "SEGMENTS_DATABASE": published_database(),
        "SEGMENTS_WAREHOUSE": warehouse_database(),
        "the marts beside it": marts_of(warehouse_database()),
        "SEGMENTS_MODELS": kept_models(),
    }
    for name, file in files.items():
        if "?" in str(file):
            return (
                f"{name} is {file}: DuckDB cannot keep a database in a path with a question mark. "
                "Name another file or folder."
            )
    if len({file.resolve() for file in files.values()}) == len(files):
        return None
    named = ", ".join(f"{name} {file}" for name, file in files.items())
    return (
        f"The same file has two names: {named}. Analysts read the first, builds write the next "
        "two, and the last has what is kept from build to build: name files that differ."
    )


def spill_folder() -> Path:
    """Return the folder that is only for what DuckDB's memory does not hold of this warehouse."""
    warehouse = warehouse_database()
    if named := os.environ.get("SEGMENTS_TEMP_DIRECTORY"):
        digest = hashlib.sha256(os.fsencode(warehouse)).hexdigest()[:8]
        return users_path(named) / f"{warehouse.name}.{digest}.tmp"
    return warehouse.with_name(f"{warehouse.name}.tmp")


def users_path(text: str) -> Path:
    """Return the absolute path of what a user names, from where the user stands."""
    return Path(os.path.expanduser(text)).absolute()


def first_line(error: Exception) -> str:
    """Return the first line of an error: DuckDB goes on with the statement and with advice."""
    return str(error).splitlines()[0]


def _named(variable: str, default: str) -> Path:
    """Return the place that an environment variable names; an empty one names none."""
    named = os.environ.get(variable)
    return users_path(named) if named else PROJECT / default
