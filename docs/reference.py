"""Write the pages here that are made of the project and its sample: `make reference`."""

import sys
from collections.abc import Iterator

import duckdb

from docs.cheat_sheet import cheat_sheet, printed_cheat_sheet, published_functions
from docs.data_dictionary import data_dictionary
from docs.erd import erd
from docs.manifest import PROJECT, Manifest, read_manifest
from docs.questions import questions
from docs.tables import tables
from docs.variables import variables


def pages(manifest: Manifest, connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Yield name and text of each page; `connection` is to the published database of the sample."""
    functions = published_functions(connection)
    yield "data_dictionary.md", data_dictionary(manifest)
    yield "erd.md", erd(manifest)
    yield "cheat_sheet.md", cheat_sheet(manifest, functions)
    yield "cheat_sheet.html", printed_cheat_sheet(manifest, functions)
    yield "questions.md", questions(connection)
    yield "tables.md", tables(manifest)
    yield "variables.md", variables()


if __name__ == "__main__":
    with duckdb.connect(sys.argv[1], read_only=True) as database:
        for name, text in pages(read_manifest(), database):
            (PROJECT / "docs" / name).write_text(text, encoding="utf-8")
