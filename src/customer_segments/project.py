"""Where the project and its databases lie, and how the words of another program are quoted."""

import hashlib
import os
import re
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


def marts_of(warehouse: Path) -> Path:
    """Return the file of the marts of a warehouse, as profiles.yml names it."""
    return warehouse.with_name(f"{warehouse.name}.marts")


def same_files() -> str | None:
    """Return a message if two databases are one file: a build would remove what another is for."""
    files = {
        "SEGMENTS_DATABASE": published_database(),
        "SEGMENTS_WAREHOUSE": warehouse_database(),
        "the marts beside it": marts_of(warehouse_database()),
        "SEGMENTS_MODELS": kept_models(),
    }
    if len({file.resolve() for file in files.values()}) == len(files):
        return None
    named = ", ".join(f"{name} {file}" for name, file in files.items())
    return (
        f"The same file has two names: {named}. Analysts read the first, builds write the next "
        "two, and the last has what is kept from build to build: name files that differ."
    )


def unusable_settings() -> str | None:
    """Return which environment variable of threads or memory has no value that DuckDB takes."""
    for name in ("SEGMENTS_THREADS", "SEGMENTS_DUCKDB_THREADS"):
        value = os.environ.get(name, "")
        if value and not re.fullmatch(r"\s*0*[1-9]\d{0,3}\s*", value):
            return f"{name} is {value}. Expected a number of threads such as 4."
    name = "SEGMENTS_MEMORY_LIMIT"
    value = os.environ.get(name, "")
    if value and not re.fullmatch(r"\s*\d+(\.\d+)?\s*([KMGT]i?)?B\s*", value, re.IGNORECASE):
        return f"{name} is {value}. Expected an amount of memory such as 4GB."
    return None


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
    """Return the file that an environment variable names; an empty one names none."""
    named = os.environ.get(variable)
    return users_path(named) if named else PROJECT / default
