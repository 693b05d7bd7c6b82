"""A variable or an environment variable of a wrong value, type or unit is named in one sentence."""

import datetime
import re
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ALLOWED_VALUES, PROJECT, VARIABLES
from dbt.clients.jinja import MacroGenerator
from dbt_common.exceptions.macros import MacroReturn

from customer_segments.commands.build import build as build_command
from customer_segments.environment import wrong_setting

# By kind of rule in allowed_values: what it may not be.
NUMBERS = ("many", -1, "1", [1], {"a": 1}, None, True, float("nan"), float("inf"))
WRONG: dict[str, tuple[Any, ...]] = {
    "choice": ("other", 3, ["all"], None, ""),
    "text": ("", "  ", 3, None, ["France"]),
    "code": ("", "£", "gbp", "GBPS", 3, None),
    "list_with": ("net_sales", [], ["net_sales"], 3, None, {"net_sales": 1}),
    "texts": ("invoice_no", [], {"invoice": "Order ID"}, {"invoice_no": 3}, 3, None),
    "lists": ("days", [], {"weeks": ["a"]}, {"days": "a"}, {"days": 3}, None),
    "count": (*NUMBERS, 1.5, "4 %", 10**12),
    "count_or_auto": (*NUMBERS, 1.5, "automatic", 10**12),
    "share": (*NUMBERS, "50 %", 10**12),
    "zero_or_number": (*NUMBERS, 0.5, 10**12),
    "bounds": (3, "3-6", [], [3], [6, 3], [3, 6, 9], ["3", "6"], [1.5, 3], None),
}
WRONG_OF = {
    "as_of": ("yesterday", "2011-02-30", 2011, "", None, ["2011-09-01"], "01/09/2011"),
    "price_band_bounds": (1, "1, 2", [], [2, 1], [0, 1], ["1"], [1, 1], None, [float("inf")]),
    "default_country": (),  # any text
    "invoice_lines_relation": (),  # what is none is an error of dbt's ref or source
    "schema_prefix": (),  # any text, and what is none is one when it is written down
}


class VariableError(Exception):
    """What the macro stops a run with."""


def returned(value: Any) -> None:
    raise MacroReturn(value)


def stopped(message: str) -> None:
    raise VariableError(message)


def check(name: str, value: Any) -> None:
    """Run the macro check_variables, as dbt would, with one variable changed."""
    values = VARIABLES | {"allowed_values": ALLOWED_VALUES} | {name: value}
    context: dict[str, Any] = {
        "var": values.__getitem__,
        "modules": {"re": re, "datetime": datetime},
        "exceptions": {"raise_compiler_error": stopped},
        "invocation_args_dict": {"vars": {name: value}},
        "return": returned,
    }
    for macro in MACROS:
        context[macro.name] = MacroGenerator(macro, context)
    context["check_variables"]()


MACROS = [
    SimpleNamespace(name=found[1], macro_sql=found[0], unique_id=found[1])
    for found in re.finditer(
        r"(?s){% macro (\w+)\(.*?{% endmacro %}",
        (PROJECT / "macros" / "run" / "check_variables.sql").read_text(encoding="utf-8"),
    )
]


def cases() -> list[Any]:
    """Return a wrong value of every kind for each variable of dbt_project.yml."""
    found = []
    for name, rule in ALLOWED_VALUES.items():
        wrong = WRONG_OF[name] if rule == "any" else WRONG[next(iter(rule))]
        found += [pytest.param(name, value, id=f"{name}: {value!r}") for value in wrong]
    return found


@pytest.mark.parametrize(("name", "value"), cases())
def test_a_wrong_value_names_the_variable(name: str, value: Any) -> None:
    with pytest.raises(VariableError, match=rf"^Variable {name} is .*\. Expected .+\.$") as error:
        check(name, value)
    assert str(error.value).count("Variable ") == 1


def test_the_shipped_values_are_right() -> None:
    for name, value in VARIABLES.items():
        check(name, value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        *(
            (name, value, "a whole number from 1 to 1024")
            for name in ("SEGMENTS_THREADS", "SEGMENTS_DUCKDB_THREADS", "SEGMENTS_SPARK_PARTITIONS")
            for value in ("abc", "0", "-1", "1.5", "4 cores", " ", "99999")
        ),
        *(
            ("SEGMENTS_MEMORY_LIMIT", value, "a size with its unit, such as 4GB")
            for value in ("4XB", "much", "4", "-4GB", "0GB", "GB", " ", "nan")
        ),
        ("SEGMENTS_TEMP_DIRECTORY", str(PROJECT / "README.md"), "a folder"),
        *(
            (name, "/tmp/a?b/file.duckdb", "a path with a question mark")
            for name in ("SEGMENTS_WAREHOUSE", "SEGMENTS_DATABASE", "SEGMENTS_MODELS")
        ),
    ],
)
def test_a_wrong_environment_variable_is_named(
    name: str,
    value: str,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv(name, value)
    assert build_command([]) == 1
    message = capfd.readouterr().err
    assert message.count("Error: ") == 1
    assert f"Error: {name} is " in message
    assert expected in message


@pytest.mark.parametrize("value", ["", "1", "8"])
def test_threads_of_a_right_value(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENTS_THREADS", value)
    assert wrong_setting() is None


@pytest.mark.parametrize("value", ["", "4GB", "4 GB", "1.5gib", "800MB", "60%"])
def test_a_memory_limit_of_a_right_value(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMENTS_MEMORY_LIMIT", value)
    assert wrong_setting() is None
