"""What the studies read: marts of a file as of a day, from a dbt build of its own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from customer_segments.project import marts_of

PROJECT = Path(__file__).resolve().parents[1]


def make_marts(marts: Path, file: Path, models: list[str], variables: str) -> Path:
    """Have dbt make `models` of `file`, unless `marts` is there already; return `marts`."""
    if not marts.exists():
        command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build"]
        command += [
            "--resource-type",
            "model",
            "seed",
            "--target-path",
            str(marts.parent / "target"),
        ]
        command += ["--select", *(f"+{model}" for model in models), "--vars", variables]
        with tempfile.TemporaryDirectory(dir=marts.parent) as folder:
            warehouse = Path(folder) / "warehouse.duckdb"
            settings = {
                "INVOICE_LINES": str(file),
                "SEGMENTS_WAREHOUSE": str(warehouse),
                "SEGMENTS_MODELS": str(Path(folder) / "models.duckdb"),
            }
            subprocess.run(command, check=True, cwd=PROJECT, env={**os.environ, **settings})
            marts_of(warehouse).rename(marts)
    return marts
