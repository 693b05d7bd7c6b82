"""Texts of a file in messages and logs: short, and without what would move the cursor."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import PROJECT
from dbt.clients.jinja import MacroGenerator
from dbt_common.exceptions.macros import MacroReturn

from customer_segments.commands.messages import MOST_CHARACTERS, printable

CLEAR_SCREEN, RIGHT_TO_LEFT, BELL = "\x1b[2J", "\u202e", "\x07"


def shown(text: Any) -> str:
    """Return what the macro `shown` makes of a text."""

    def returned(value: Any) -> None:
        raise MacroReturn(value)

    sql = (PROJECT / "macros" / "text" / "shown.sql").read_text(encoding="utf-8")
    [block] = re.findall(r"(?s){% macro shown.*?{% endmacro %}", sql)
    macro = SimpleNamespace(name="shown", macro_sql=block, unique_id="shown")
    return str(MacroGenerator(macro, {"return": returned, "tojson": json.dumps})(text))


@pytest.mark.parametrize("show", [shown, printable])
def test_what_moves_the_cursor_or_turns_the_line_is_written_out(show: Any) -> None:
    found = show(f"a{CLEAR_SCREEN}b{RIGHT_TO_LEFT}c{BELL}d\u00a0é \u05d0")
    assert found.isprintable()
    assert not {"\x1b", RIGHT_TO_LEFT, BELL} & set(found)
    assert "\\u202e" in found
    assert found.endswith("é \u05d0")  # letters of any language stay


def test_a_long_text_is_cut_off() -> None:
    assert shown("x" * 80) == "x" * 80
    assert shown("x" * 10_000) == "x" * 80 + " ..."
    assert len(printable("x" * 10**6)) == MOST_CHARACTERS + len(" ...")
    assert printable("first\nsecond") == "first\nsecond"


def test_a_value_that_is_no_text_is_shown_too() -> None:
    assert shown(3) == "3"
    assert shown(None) == "None"
