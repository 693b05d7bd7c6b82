"""Draw docs/segments.png, the README's picture, from the database that is named first."""

import sys
from pathlib import Path

import altair as alt
import duckdb
import pandas as pd

PROJECT = Path(__file__).resolve().parents[1]
ROWS = """
    select
        segment_id, behaviour_name, taste_name,
        customer_share as "share of customers", net_sales_share as "share of net sales"
    from rpt_segment_summary
    order by segment_id
"""
COLOURS = {"share of customers": "#9aa5b1", "share of net sales": "#0b6e99"}


def picture(rows: pd.DataFrame) -> alt.Chart:
    """Return two bars a segment, customers over net sales, in one panel a behaviour."""
    long = rows.melt(["segment_id", "behaviour_name", "taste_name"], var_name="bar")
    long["label"] = long["value"].map("{:.0%}".format)
    order = list(rows["behaviour_name"].unique())
    base = alt.Chart(long).encode(
        y=alt.Y("bar:N", sort=list(COLOURS), axis=None),
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, long["value"].max() * 1.12])),
        color=alt.Color(
            "bar:N",
            scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
            legend=alt.Legend(title=None, orient="bottom", labelFontSize=13, symbolType="square"),
        ),
    )
    bars = base.mark_bar(height=16) + base.mark_text(
        align="left", dx=5, fontSize=12, color="#1f2933"
    ).encode(text="label:N", color=alt.value("#1f2933"))
    chart: alt.Chart = (
        bars.properties(width=300, height=44)
        .facet(
            row=alt.Row(
                "behaviour_name:N",
                sort=order,
                header=alt.Header(
                    title=None,
                    labelAngle=0,
                    labelAlign="left",
                    labelFontSize=14,
                    labelFontWeight="bold",
                    labelColor="#1f2933",
                ),
            ),
            column=alt.Column(
                "taste_name:N",
                header=alt.Header(
                    title=None, labelFontSize=14, labelFontWeight="bold", labelColor="#1f2933"
                ),
            ),
            spacing=14,
        )
        .configure(
            background="white",
            padding=16,
            font="DejaVu Sans, Helvetica, Arial",
            view=alt.ViewConfig(strokeOpacity=0),
        )
    )
    return chart


if __name__ == "__main__":
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        picture(connection.sql(ROWS).df()).save(PROJECT / "docs" / "segments.png", scale_factor=2)
