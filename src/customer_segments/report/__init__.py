"""One self-contained page for people who decide, from the published database.

`customer-segments report [file]` writes it again; a build writes target/report.html.
"""

import sys
from pathlib import Path

import duckdb

from customer_segments.project import PROJECT, published_database

PAGE = PROJECT / "target" / "report.html"


def report(arguments: list[str]) -> int:
    """Write the page, to the file that is named first if any; return the exit code."""
    # Jinja and the queries are of no use to other commands.
    from customer_segments.report.database import ReportError
    from customer_segments.report.page import write_report

    database = published_database()
    page = Path(arguments[0]) if arguments else PAGE
    if not database.exists():
        print(f"Error: no published database at {database}. Run make build.", file=sys.stderr)
        return 1
    try:
        write_report(database, page)
    except (OSError, duckdb.Error, ReportError) as error:
        earlier = f". {page.absolute()} is of an earlier build" if page.exists() else ""
        print(f"Error: the report was not written: {error}{earlier}", file=sys.stderr)
        return 1
    print(f"Report    {page.absolute()}")
    return 0
