"""MetricFlow answers what the marts say, to the penny, by any of their dimensions."""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest
from conftest import PROJECT, SAMPLE, Build, environment

pytest.importorskip("dbt_metricflow", reason="MetricFlow is optional: dependency group metrics")

# What `mf query` does, for several queries at once, and without its look for newer versions.
ASK = """
import json, sys
from pathlib import Path
from dbt.adapters.factory import get_adapter_by_type
from dbt.cli.main import dbtRunner
from dbt_metricflow.cli.dbt_connectors.adapter_backed_client import AdapterBackedSqlClient
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

manifest_file, answer_file, questions = sys.argv[1:]
assert dbtRunner().invoke(["debug", "--quiet"]).success
manifest = parse_manifest_from_dbt_generated_manifest(Path(manifest_file).read_text())
warehouse = AdapterBackedSqlClient(get_adapter_by_type("duckdb"))
engine = MetricFlowEngine(SemanticManifestLookup(manifest), warehouse)
answers = {}
for name, (metrics, dimensions) in json.loads(questions).items():
    request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=dimensions)
    table = engine.query(request).result_df
    answers[name] = [dict(zip(table.column_names, row)) for row in table.rows]
Path(answer_file).write_text(json.dumps(answers, default=str))
"""
QUESTIONS = {
    "segments": (
        [
            *("net_revenue", "orders", "customers", "average_order_value"),
            *("segment_share", "segment_revenue_share"),
        ],
        ["customer__segment_id"],
    ),
    "months": (
        ["net_revenue", "orders", "customers", "return_rate", "retention_90d"],
        ["metric_time__month", "customer__country"],
    ),
    "everything": (["net_revenue", "orders", "customers", "return_rate", "retention_90d"], []),
}
SEGMENTS = """
    select segment_id, net_sales, order_count, customer_count, average_order_value,
        customer_share, net_sales_share
    from rpt_segment_summary
"""
ORDERS = """
    select {dimensions} sum(fct_orders.net_sales), count(*) filter (has_net_units),
        count(distinct customer_id) filter (has_net_units),
        sum(returned_unit_count) / sum(sold_unit_count),
        count(*) filter (is_reordered_90d) / nullif(count(is_reordered_90d), 0)
    from fct_orders
    inner join dim_customers using (customer_id)
    left join fct_repeat_orders using (customer_id, invoice_id)
    group by all
"""


@pytest.fixture(scope="module")
def answers(
    sample_build: Build, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("metricflow")
    file = folder / "answers.json"
    for part in sample_build.folder.glob("warehouse.duckdb*"):  # the tests' own dbt holds it open
        shutil.copy(part, folder)
    manifest = sample_build.target / "semantic_manifest.json"
    outcome = subprocess.run(
        [sys.executable, "-c", ASK, str(manifest), str(file), json.dumps(QUESTIONS)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, **environment(folder, SAMPLE / "invoice_lines.csv")},
    )
    assert outcome.returncode == 0, outcome.stderr + outcome.stdout
    return dict(json.loads(file.read_text(encoding="utf-8")))


def assert_equal(
    found: list[dict[str, Any]], expected: list[tuple[Any, ...]], dimensions: int
) -> None:
    """Compare rows by their first columns: money to the penny, all else to what doubles hold."""

    def by_dimensions(rows: list[Any]) -> dict[tuple[str, ...], list[Any]]:
        return {tuple(map(str, row[:dimensions])): row[dimensions:] for row in rows}

    answers, wanted = by_dimensions([list(row.values()) for row in found]), by_dimensions(expected)
    assert answers.keys() == wanted.keys()
    for key, (net_sales, *others) in wanted.items():
        net_revenue, *values = answers[key]
        assert float(net_revenue) == pytest.approx(float(net_sales), abs=0.005), key
        for value, other in zip(values, others, strict=True):
            assert value == other or value == pytest.approx(other, rel=1e-12), key


def test_segments(answers: dict[str, list[dict[str, Any]]], sample_build: Build) -> None:
    found = [row for row in answers["segments"] if row["customer__segment_id"] is not None]
    assert_equal(found, sample_build.query(SEGMENTS), dimensions=1)


def test_countries_by_month(answers: dict[str, list[dict[str, Any]]], sample_build: Build) -> None:
    dimensions = "date_trunc('month', fct_orders.order_date)::timestamp, country,"
    expected = sample_build.query(ORDERS.format(dimensions=dimensions))
    assert len(expected) > 100
    assert_equal(answers["months"], expected, dimensions=2)


def test_everything(answers: dict[str, list[dict[str, Any]]], sample_build: Build) -> None:
    assert_equal(answers["everything"], sample_build.query(ORDERS.format(dimensions="")), 0)
    total = sample_build.query("select net_sales from rpt_segment_total")
    [row] = answers["everything"]
    assert round(float(row["net_revenue"]), 2) == float(total[0][0])
