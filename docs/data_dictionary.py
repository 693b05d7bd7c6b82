"""Write docs/data_dictionary.md from the descriptions beside the models (target/manifest.json)."""

import json
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
HEAD = """# Data dictionary

Every public table, column by column, as in the published database. Written by `make reference`
from the yml beside each model; change it there.
"""


def dictionary(manifest: dict[str, Any]) -> str:
    """Return the dictionary of the public models as Markdown."""
    models = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["access"] == "public"
    ]
    sections = [HEAD]
    for model in sorted(models, key=lambda node: node["name"]):
        rows = [
            f"| `{name}` | {column['data_type']} | {' '.join(column['description'].split())} |"
            for name, column in model["columns"].items()
        ]
        sections.append(
            f"## {model['name']}\n\n{' '.join(model['description'].split())}\n\n"
            "| column | type | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    return "\n".join(sections)


if __name__ == "__main__":
    manifest = json.loads((PROJECT / "target" / "manifest.json").read_text(encoding="utf-8"))
    target = PROJECT / "docs" / "data_dictionary.md"
    target.write_text(dictionary(manifest), encoding="utf-8")
