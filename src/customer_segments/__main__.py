"""`customer-segments build [dbt arguments]`: build, then say what came out.

`customer-segments backtest [date ...] [dbt arguments]`: what segments say about later.
`customer-segments campaign NAME [options]`: draw a campaign and write its folder.
`customer-segments data [archive]`: fetch and verify the public workbook.
`customer-segments report [file]`: write the report of the published database again.
"""

import sys

from customer_segments.commands.build import build
from customer_segments.commands.campaign import campaign
from customer_segments.commands.download import data
from customer_segments.project import PROJECT, PROJECT_FILE
from customer_segments.report import report


def _backtest(arguments: list[str]) -> int:
    """Import scikit-learn, which takes seconds, for this command only."""
    from customer_segments.commands.backtest import backtest

    return backtest(arguments)


COMMANDS = {
    "backtest": _backtest,
    "build": build,
    "campaign": campaign,
    "data": data,
    "report": report,
}
USAGE = (
    "usage: customer-segments build [dbt arguments] | backtest [date ...] [dbt arguments] "
    "| campaign NAME [options] | data [archive] | report [file]"
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command, of `sys.argv` unless `arguments` has one; return the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if not arguments or arguments[0] not in COMMANDS:
        print(USAGE, file=sys.stderr)
        return 2
    if not (PROJECT / PROJECT_FILE).is_file():
        print(
            f"\nError: No {PROJECT_FILE} in {PROJECT} or above it. Go to the project's folder.",
            file=sys.stderr,
        )
        return 1
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main())
