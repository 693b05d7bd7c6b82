"""The variables among the arguments that a command hands on to dbt.

dbt keeps the last of several `--vars` and drops the others without a word; here they add up.
"""

import json
from typing import Any

import yaml

from customer_segments.project import PROJECT


class VariablesError(ValueError):
    """The variables cannot be read. The message says why."""


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML as dbt reads it, but days stay text: 2024-02-31 looks like one and is none."""


_Loader.yaml_implicit_resolvers = {
    start: [(tag, form) for tag, form in resolvers if not tag.endswith(":timestamp")]
    for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def split_variables(dbt_arguments: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the variables of every `--vars X` and `--vars=X`, and the other arguments.

    The last value of a variable counts. Raises VariablesError when X holds no variables.
    """
    variables: dict[str, Any] = {}
    others = []
    arguments = iter(dbt_arguments)
    for argument in arguments:
        if argument == "--vars":
            variables |= _read(next(arguments, ""))
        elif argument.startswith("--vars="):
            variables |= _read(argument.removeprefix("--vars="))
        else:
            others.append(argument)
    return variables, others


def variable(name: str, variables: dict[str, Any]) -> Any:
    """Return the value of a variable: the one in `variables`, else that of dbt_project.yml."""
    if name in variables:
        return variables[name]
    project = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    return yaml.load(project, Loader=_Loader)["vars"][name]


def variables_option(variables: dict[str, Any]) -> list[str]:
    """Return the arguments that set `variables`, none for none."""
    return ["--vars", json.dumps(variables, default=str)] if variables else []


def _read(text: str) -> dict[str, Any]:
    try:
        found = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise VariablesError(
            f"--vars holds no variables: {text!r}. Expected such as 'customer_scope: all'."
        )
    return found
