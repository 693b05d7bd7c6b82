"""Which orders were never sales, or are none any more, by the words of seeds/order_statuses.csv."""

import csv
import re
from functools import cache
from pathlib import Path

from customer_segments.project import PROJECT
from customer_segments.reading.column_names import header_words
from customer_segments.reading.file_layouts import FileLayout, read_rows, sql_text
from customer_segments.reading.reading_rules import Reading

_SEED = PROJECT / "seeds" / "order_statuses.csv"
_SHOWN = 10  # statuses named in a note


def is_void(status: str) -> str:
    """Return the SQL that tells whether an order of a status is no sale."""
    words = sorted(word for word, meaning in _meanings().items() if meaning == "void")
    return f"lower(trim({status})) in ({', '.join(map(sql_text, words))})"


def note_statuses(layouts: dict[FileLayout, list[Path]], reading: Reading) -> None:
    """Note which statuses take an order out, and which ones nobody knows, so that they stay in."""
    for layout, paths in layouts.items():
        if not layout.has("order_status"):
            continue
        status = f"lower(trim(cast({layout.column('order_status')[0]} as varchar)))"
        rows = read_rows(
            f"select {status}, count(*) from {layout.reader(paths)} where {status} <> '' "
            "group by 1 order by 2 desc, 1"
        )
        counts = {str(word): int(str(count)) for word, count in rows}
        void = [word for word in counts if _meanings().get(word) == "void"]
        own = layout.columns[dict(layout.fields)["order_status"]][0]
        headers = header_words("order_status", own)  # a repeated header is no status
        others = [word for word in counts if word not in _meanings()]
        unknown = [word for word in others if re.sub(r"[\W_]", "", word) not in headers]
        for path in paths:
            if void:
                reading.say(path.name, f"no sales by their order status: {_shown(void, counts)}")
            if unknown:
                reading.say(
                    path.name,
                    "sales, as seeds/order_statuses.csv does not know their order status: "
                    f"{_shown(unknown, counts)}",
                )


def _shown(words: list[str], counts: dict[str, int]) -> str:
    shown = ", ".join(f"{word} ({counts[word]:,} lines)" for word in words[:_SHOWN])
    return shown + (f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else "")


@cache
def _meanings() -> dict[str, str]:
    with _SEED.open(encoding="utf-8", newline="") as file:
        return {row["order_status"]: row["meaning"] for row in csv.DictReader(file)}
