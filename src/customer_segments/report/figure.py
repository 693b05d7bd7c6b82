"""A chart and the table behind it."""

from dataclasses import dataclass, field
from typing import Any

from customer_segments.report.database import Row

Spec = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a table: the key of its rows, its heading and how its values are written."""

    key: str
    label: str
    format: str = ""


@dataclass(frozen=True)
class Figure:
    """A chart in two widths and the table behind it."""

    key: str
    title: str
    description: str
    columns: list[Column]
    rows: list[Row]
    wide: Spec
    narrow: Spec
    note: str = ""
    marks: list[Row] = field(default_factory=list)  # what is drawn, where it is not `rows`

    @property
    def drawing(self) -> dict[str, Any]:
        """Return what the page needs to draw it: rows without what a chart cannot show."""
        rows = [
            {key: value for key, value in row.items() if not isinstance(value, list | dict)}
            for row in self.marks or self.rows
        ]
        return {"wide": self.wide, "narrow": self.narrow, "rows": rows}
