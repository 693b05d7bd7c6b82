"""Write the chart library that the report inlines, as the locked vl-convert bundles it."""

from pathlib import Path

import altair
import vl_convert

PROJECT = Path(__file__).resolve().parents[1]
FILE = PROJECT / "src" / "customer_segments" / "report" / "page" / "vega.js"


def library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, of the version that Altair checks."""
    version = ".".join(altair.VEGALITE_VERSION.split(".")[:2])
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version))


if __name__ == "__main__":
    FILE.write_text(library(), encoding="utf-8")
