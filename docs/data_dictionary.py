"""Every public table, column by column, from the descriptions beside the models."""

from docs.manifest import Manifest, public_marts

HEAD = """# Data dictionary

Every public table, column by column, as in the published database. Written by `make reference`
from the yml beside each model; change it there.
"""


def data_dictionary(manifest: Manifest) -> str:
    """Return the dictionary of the public marts as Markdown."""
    sections = [HEAD]
    for name, mart in sorted(public_marts(manifest).items()):
        rows = [
            f"| `{column}` | {data_type} | {meaning} |"
            for column, (data_type, meaning) in mart.columns.items()
        ]
        sections.append(
            f"## {name}\n\n{mart.description}\n\n"
            "| column | type | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    return "\n".join(sections)
