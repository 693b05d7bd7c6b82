"""One folder a subject, in the order of the data, and a short way from lines to the summary."""

from typing import Any

import yaml
from conftest import PROJECT

NODES = dict[str, dict[str, Any]]
SUMMARY = "model.customer_segments.rpt_segment_summary"
# Models before the summary: ten say which text a key stands for, one what an item is, two what is
# true of a behaviour and a taste, two how weak tastes are, one what its total is made of as well,
# two what amounts are in, four what lines leave blank.
LONGEST_WAY = 45


def rooms() -> list[str]:
    """Return the folders in the order in which dbt_project.yml names them."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    return [name for name in project["models"]["customer_segments"] if not name.startswith("+")]


def models(manifest: dict[str, Any]) -> NODES:
    return {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["package_name"] == "customer_segments"
    }


def references_that_run_back(nodes: NODES, order: list[str]) -> list[str]:
    """Return each pair of models of which the one reads another in a folder behind its own."""
    place = {key: order.index(node["fqn"][1]) for key, node in nodes.items()}
    return [
        f"{node['fqn'][1]}/{node['name']} reads {nodes[parent]['fqn'][1]}/{nodes[parent]['name']}"
        for key, node in nodes.items()
        for parent in node["depends_on"]["nodes"]
        if parent in nodes and place[parent] > place[key]
    ]


def ancestors(nodes: NODES, key: str) -> set[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        parents = {p for p in nodes[waiting.pop()]["depends_on"]["nodes"] if p in nodes} - found
        found |= parents
        waiting += parents
    return found


def test_no_reference_runs_back(manifest: dict[str, Any]) -> None:
    assert references_that_run_back(models(manifest), rooms()) == []


def test_a_reference_that_runs_back_is_named() -> None:
    nodes: NODES = {
        "early": {"name": "int_early", "fqn": ["p", "sales"], "depends_on": {"nodes": ["late"]}},
        "late": {"name": "fct_late", "fqn": ["p", "segments"], "depends_on": {"nodes": []}},
    }
    assert references_that_run_back(nodes, ["sales", "segments"]) == [
        "sales/int_early reads segments/fct_late"
    ]


def test_the_way_to_the_summary_is_short_and_tagged(manifest: dict[str, Any]) -> None:
    nodes = models(manifest)
    way = ancestors(nodes, SUMMARY)
    tagged = {key for key, node in nodes.items() if "main_path" in node["tags"]}
    assert tagged == way | {SUMMARY}
    assert len(way) <= LONGEST_WAY


def test_tests_and_macros_have_rooms_too() -> None:
    kinds = {"generic", "seeds", "python", "faults"}
    assert {path.name for path in (PROJECT / "tests").iterdir() if path.is_dir()} <= {
        *rooms(),
        *kinds,
    }
    assert list((PROJECT / "macros").glob("*.*")) == []
    assert list((PROJECT / "models").glob("*.sql")) == []
