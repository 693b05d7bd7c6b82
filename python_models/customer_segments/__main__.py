"""`python -m customer_segments build [dbt arguments]`: build, then say what came out."""

import sys

from customer_segments.build import build

USAGE = "usage: python -m customer_segments build [dbt arguments]"


def main(arguments: list[str]) -> int:
    """Run the command; return the exit code."""
    if not arguments or arguments[0] != "build":
        print(USAGE, file=sys.stderr)
        return 2
    return build(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
