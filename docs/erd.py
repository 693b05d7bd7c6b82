"""Entities and relationships of the public marts, drawn from the tests that prove them."""

from docs.manifest import Join, Manifest, Mart, public_marts

HEAD = """# Entities and relationships

Every line is a dbt test: a key that is unique (`each_row`), or a value that is found in the other
table (`relationships`). Written by `make reference` from those tests; a new one shows up here.

`||` is exactly one, `|o` none or one, `o{` any number: `dim_customers ||--o{ fct_orders` says that
an order has one customer, and a customer any number of orders.

## Things and facts

The tables that everything else is made from. Columns and types are in the
[data dictionary](data_dictionary.md), keys and joins as a table in the
[cheat sheet](cheat_sheet.md).
"""
SUBJECTS = """
## By subject

Key columns of each table, and the tables it joins.
"""


def erd(manifest: Manifest) -> str:
    """Return the diagrams as Markdown: things and facts, then each subject with its keys."""
    marts = public_marts(manifest)
    core = [mart for mart in marts.values() if not mart.name.startswith("rpt_") and mart.joins]
    sections = [HEAD, _diagram(core, with_keys=False), SUBJECTS]
    for subject in sorted({mart.subject for mart in marts.values()}):
        own = [mart for mart in marts.values() if mart.subject == subject]
        sections.append(f"\n### {subject.capitalize()}\n\n{_diagram(own, with_keys=True)}")
    return "\n".join(sections).replace("\n\n\n", "\n\n")


def _diagram(marts: list[Mart], with_keys: bool) -> str:
    lines = [_line(mart, join) for mart in marts for join in mart.joins]
    for mart in marts if with_keys else []:
        foreign = {column for join in mart.joins for column in join.columns}
        keys = [
            (column, "PK, FK" if column in foreign else "PK")
            if column in mart.key
            else (column, "FK")
            for column in mart.columns
            if column in mart.key or column in foreign
        ]
        lines.append(f"{mart.name} {{")
        lines += [f"    {mart.columns[column][0]} {column} {mark}" for column, mark in keys]
        lines.append("}")
    return "```mermaid\nerDiagram\n" + "".join(f"    {line}\n" for line in lines) + "```\n"


def _line(mart: Mart, join: Join) -> str:
    """Return a relationship: parent, how many of each, child, and the columns that say so."""
    always = not join.condition and mart.not_null.issuperset(join.columns)
    parent_side = "||" if always else "|o"
    child_side = "o|" if any(set(key) <= set(join.columns) for key in mart.keys) else "o{"
    label = ", ".join(join.columns)
    return f'{join.parent} {parent_side}--{child_side} {mart.name} : "{label}"'
