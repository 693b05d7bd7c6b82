"""All published tables with the question that each answers, from `answers` in the models' meta."""

from docs.manifest import Manifest, Mart, public_marts

HEAD = """# Tables

What a build publishes: a row of each table, and the question that it answers. Written by
`make reference` from `answers` in the `meta` of the yml beside each model; change it there. Columns
are in the [data dictionary](data_dictionary.md), keys and joins on the
[cheat sheet](cheat_sheet.md), pictures in [entities](erd.md), and SQL to start from in
[questions](questions.md).

A build makes these tables in a file beside its warehouse. When no test has failed, a copy of that
file takes the place of `customer_segments.duckdb` in one step: readers see the last complete
result, never half of one.
Open it read-only with the DuckDB CLI (`duckdb -readonly customer_segments.duckdb`), DBeaver,
Harlequin, or Python (`duckdb.connect("customer_segments.duckdb", read_only=True)`). Every column
has its meaning there as a comment.

Functions in the same file score any row in SQL, with the model's own distances
([which](cheat_sheet.md#functions)):

```sql
-- One more order. is_moved is true: from Cooling big baskets to Core accounts
from what_if_order('30256', 500.00, stock_codes := ['93367', '94605']);
```

Its column `unknown_stock_codes` lists the codes that the model does not know, which change no
taste.
"""
# Subjects in the order of the data, and what they are about; others come after.
SUBJECTS = {
    "ledger": "every line of the files",
    "sales": "what was sold, returned and left",
    "customers": "who buys, and how",
    "clustering": "the models",
    "segments": "who is in which segment, and what to do",
    "profiles": "what segments buy, where, when and at which prices",
    "movement": "who moves, who stays",
    "forecasts": "what the next 90 days should bring",
    "activation": "whom to contact",
    "evidence": "how far to trust it",
}


def tables(manifest: Manifest) -> str:
    """Return the page as Markdown: a table a subject, in the order of the data."""
    subjects: dict[str, list[Mart]] = {}
    for mart in public_marts(manifest).values():
        subjects.setdefault(mart.subject, []).append(mart)
    order = list(SUBJECTS)
    parts = [HEAD]
    for subject in sorted(subjects, key=lambda name: (name not in order, *_place(name, order))):
        about = f": {SUBJECTS[subject]}" if subject in SUBJECTS else ""
        rows = [
            f"| [{mart.name}](data_dictionary.md#{mart.name}) | {mart.row} | {mart.answers} |"
            for mart in subjects[subject]
        ]
        head = "| table | one row per | answers |\n|---|---|---|"
        parts.append("\n".join([f"## {subject.capitalize()}{about}\n", head, *rows, ""]))
    return "\n".join(parts)


def _place(name: str, order: list[str]) -> tuple[int, str]:
    return (order.index(name) if name in order else 0, name)
