"""The package is read from the bottom up: a module imports only what stands before it."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest
from conftest import PROJECT

PACKAGE = "customer_segments"
SOURCE = PROJECT / "src" / PACKAGE
# From the bottom up: modules and sub-packages, whose modules are in an order of their own.
ORDER = (
    "project",
    "environment",
    "locks",
    "parallel",
    "relations",
    "published",
    "spreadsheets",
    "warehouse",
    "campaigns",
    "reading",
    "fitting",
    "judging",
    "backtesting",
    "forecasting",
    "registry",
    "duckdb_plugin",
    "report",
    "commands",
    "__main__",
)


def modules() -> dict[str, ast.Module]:
    """Return the syntax of every module by its name below the package, '' for the package."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found[name.removesuffix("__init__").removesuffix(".")] = ast.parse(path.read_text("utf-8"))
    return found


MODULES = modules()


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is below a node, functions too, without what only type checkers read."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from (found for other in child.orelse for found in (other, *statements(other)))
        else:
            yield child
            yield from statements(child)


def imported(tree: ast.Module, known: set[str]) -> set[str]:
    """Return the modules of the package that a module imports."""
    names = set()
    for node in statements(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: import by the whole name"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = inner.removeprefix(f"{PACKAGE}.") in known
                names.add(inner if is_module else str(node.module))
    ours = {name.removeprefix(f"{PACKAGE}.") for name in names if name.startswith(f"{PACKAGE}.")}
    assert ours <= known, sorted(ours - known)
    return ours


IMPORTS = {name: imported(tree, set(MODULES)) for name, tree in MODULES.items()}


def circle(imports: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circle(IMPORTS) == []


def test_every_module_imports_only_what_stands_below_it() -> None:
    def place(module: str) -> int:
        return ORDER.index(module.partition(".")[0])

    assert [
        f"{module} imports {other}"
        for module, others in IMPORTS.items()
        for other in sorted(others)
        if place(other) > place(module)
    ] == []


def test_public_names_of_functions_and_classes_are_used_once() -> None:
    """But for the report's: its modules have a figure each, which is named after what it shows."""
    places = defaultdict(list)
    for module, tree in MODULES.items():
        for node in tree.body:
            is_named = isinstance(node, (ast.FunctionDef, ast.ClassDef))
            if is_named and not node.name.startswith("_") and not module.startswith("report."):
                places[node.name].append(module)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import customer_segments.relations", {"relations"}),
        ("from customer_segments import relations", {"relations"}),
        ("from customer_segments.fitting.taste import TasteModel", {"fitting.taste"}),
        ("def late():\n    from customer_segments.fitting import taste", {"fitting.taste"}),
        ("if TYPE_CHECKING:\n    from customer_segments import registry", set()),
    ],
)
def test_an_import_is_seen_wherever_it_stands(text: str, found: set[str]) -> None:
    assert imported(ast.parse(text), set(MODULES)) == found


def test_a_circle_is_named() -> None:
    imports = {"one": {"two"}, "two": {"three"}, "three": {"one"}, "four": {"one"}}
    assert set(circle(imports)) == {"one", "two", "three"}
