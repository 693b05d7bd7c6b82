"""`python -m customer_segments build [dbt arguments]`: build, then say what came out.

`python -m customer_segments audiences [folder]`: write a file for each audience.
`python -m customer_segments backtest [date ...] [dbt arguments]`: what segments say about later.
`python -m customer_segments data [archive]`: fetch and verify the public workbook.
`python -m customer_segments report [file]`: write the report of the published database again.
"""

import sys

from customer_segments.audiences import audiences
from customer_segments.build import build
from customer_segments.download import data
from customer_segments.report import report


def backtest(arguments: list[str]) -> int:
    """Import scikit-learn, which takes seconds, for this command only."""
    from customer_segments.backtest import backtest

    return backtest(arguments)


COMMANDS = {
    "audiences": audiences,
    "backtest": backtest,
    "build": build,
    "data": data,
    "report": report,
}
USAGE = (
    "usage: python -m customer_segments build [dbt arguments] | audiences [folder] "
    "| backtest [date ...] [dbt arguments] | data [archive] | report [file]"
)


def main(arguments: list[str]) -> int:
    """Run the command; return the exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(USAGE, file=sys.stderr)
        return 2
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
