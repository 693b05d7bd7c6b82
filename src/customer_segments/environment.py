"""Environment variables that have a type: a wrong value is said before anything is built."""

import os
import re

from customer_segments.project import users_path

WHOLE_NUMBERS = ("SEGMENTS_THREADS", "SEGMENTS_DUCKDB_THREADS", "SEGMENTS_SPARK_PARTITIONS")
MOST = 1024
MEMORY_LIMIT = "SEGMENTS_MEMORY_LIMIT"
MEMORY = re.compile(r"(\d+(?:[.]\d+)?) ?(?:[KMGT]i?B|%)", re.ASCII | re.IGNORECASE)
TEMP_DIRECTORY = "SEGMENTS_TEMP_DIRECTORY"


def wrong_setting() -> str | None:
    """Return what is wrong with the first environment variable that makes no sense, if one does.

    An empty one is the default.
    """
    for name in WHOLE_NUMBERS:
        value = os.environ.get(name, "")
        if value and not (value.isascii() and value.isdigit() and 1 <= int(value) <= MOST):
            return f"{name} is {value!r}. Expected a whole number from 1 to {MOST}."
    limit = os.environ.get(MEMORY_LIMIT, "")
    size = MEMORY.fullmatch(limit)
    if limit and not (size and float(size[1])):
        return f"{MEMORY_LIMIT} is {limit!r}. Expected a size with its unit, such as 4GB or 800MB."
    folder = os.environ.get(TEMP_DIRECTORY, "")
    if folder and users_path(folder).exists() and not users_path(folder).is_dir():
        return f"{TEMP_DIRECTORY} is {folder!r}, which is a file. Expected a folder."
    return None
