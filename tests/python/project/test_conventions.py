"""Every model, column and macro is described, typed, tested and named as CONTRIBUTING.md says."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import yaml
from conftest import ALLOWED_VALUES, PROJECT, VARIABLES
from dbt_bouncer.cli.run.utils import run_bouncer

from docs.manifest import public_marts

# What yml files say -> what DuckDB's catalog says.
TYPES = {"STRING": "VARCHAR", "INT": "INTEGER"}


def failures(artifacts: Path, folder: Path) -> list[str]:
    """Return what dbt-bouncer finds by the rules of dbt-bouncer.yml."""
    rules = yaml.safe_load((PROJECT / "dbt-bouncer.yml").read_text(encoding="utf-8"))
    config, found = folder / "dbt-bouncer.yml", folder / "found.json"
    config.write_text(yaml.safe_dump(rules | {"dbt_artifacts_dir": str(artifacts)}))
    run_bouncer(config_file=config, output_file=found, output_only_failures=True)
    return [check["failure_message"] for check in json.loads(found.read_text(encoding="utf-8"))]


def test_the_project_keeps_its_rules(site: Path, tmp_path: Path) -> None:
    assert failures(site, tmp_path) == []


def test_a_broken_rule_is_named(site: Path, tmp_path: Path) -> None:
    shutil.copy(site / "catalog.json", tmp_path)
    manifest = json.loads((site / "manifest.json").read_text(encoding="utf-8"))
    model = manifest["nodes"]["model.customer_segments.dim_playbook"]
    model["columns"]["offer"]["description"] = ""
    model["contract"]["enforced"] = False
    manifest["exposures"]["exposure.customer_segments.segment_report"]["owner"] = {"email": "a@b.c"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = " ".join(failures(tmp_path, tmp_path))
    assert "['offer']" in found
    assert "contracts enforced" in found
    assert "['name']" in found


def ours(manifest: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [node for node in manifest[kind].values() if node["package_name"] == "customer_segments"]


def test_macros_are_described(manifest: dict[str, Any]) -> None:
    """Not an engine's variant (duckdb__row_id), nor what only its own file calls (_words)."""
    assert [
        macro["name"]
        for macro in ours(manifest, "macros")
        if not re.match("_|.*__", macro["name"]) and not macro["description"]
    ] == []


def test_python_models_leave_engines_apart() -> None:
    """A relation of DuckDB is a data frame on Spark: customer_segments.relations reads either."""
    models = list((PROJECT / "python_models").rglob("*.py"))
    assert models
    assert [
        path.name for path in models if re.search(r"[.](df|order|arrow)[(]", path.read_text())
    ] == []


def test_unit_tests_are_named_after_their_model(manifest: dict[str, Any]) -> None:
    assert [
        test["name"]
        for test in ours(manifest, "unit_tests")
        if not test["name"].startswith(f"{test['model']}__")
    ] == []


def test_models_belong_to_a_group(manifest: dict[str, Any]) -> None:
    models = [node for node in ours(manifest, "nodes") if node["resource_type"] == "model"]
    assert [model["name"] for model in models if not model["config"]["group"]] == []


def test_types_are_those_of_the_tables(manifest: dict[str, Any], site: Path) -> None:
    """A contract sees to that for public models; others could say anything."""
    catalog = json.loads((site / "catalog.json").read_text(encoding="utf-8"))["nodes"]
    different = []
    for key, table in catalog.items():
        for name, column in manifest["nodes"][key]["columns"].items():
            declared = (column["data_type"] or "").upper().replace(", ", ",")
            stored = table["columns"][name]["type"]
            if declared and TYPES.get(declared, declared) != stored:
                different.append(f"{key}.{name}: {declared}, not {stored}")
    assert different == []


def test_every_variable_says_what_it_may_be() -> None:
    assert list(ALLOWED_VALUES) == list(VARIABLES)


def test_public_models_say_which_question_they_answer(manifest: dict[str, Any]) -> None:
    marts = public_marts(manifest)
    assert [
        name for name, mart in marts.items() if not re.search(r"[?]( [(].+[)])?$", mart.answers)
    ] == []


def test_public_models_have_a_key(manifest: dict[str, Any]) -> None:
    marts = public_marts(manifest)
    assert [name for name, mart in marts.items() if not mart.keys] == [
        "rpt_build",
        "rpt_segment_total",
    ]  # one row
