"""dbt-spark with the one thing that it lacks: Python models that run in dbt's own Spark session.

dbt-spark sends Python models to Databricks and nowhere else. Here `model(dbt, session)` runs in the
process of dbt, with the session that its SQL uses: a local one, a driver of a cluster, or a client
of Spark Connect. All else is dbt-spark's.
"""

import warnings
from importlib import import_module
from typing import Any

from dbt.adapters.base import AdapterPlugin, PythonJobHelper, available
from dbt.adapters.spark import SparkAdapter, SparkCredentials
from dbt.adapters.spark.connections import SparkConnectionManager
from pyspark.sql import SparkSession

from dbt.include import sparksession

# dbt-spark asks for a Hive catalogue with each statement; a server of Spark Connect has its own.
warnings.filterwarnings("ignore", message="Failed to set spark.sql.catalogImplementation")


class SparkSessionCredentials(SparkCredentials):
    """Those of dbt-spark's method `session`, under a name of their own in profiles.yml."""

    @property
    def type(self) -> str:
        """Return the name of the adapter."""
        return "sparksession"

    def session(self) -> SparkSession:
        """Return the session that dbt's SQL uses, for the thread that asks."""
        builder = SparkSession.builder
        for name, value in self.server_side_parameters.items():
            builder = builder.config(name, value)
        if "spark.remote" in self.server_side_parameters:
            # Connect knows an active session by its thread, and pyspark.ml insists on one.
            return builder.create()
        return builder.enableHiveSupport().getOrCreate()


class SparkSessionConnectionManager(SparkConnectionManager):
    """That of dbt-spark, under the adapter's name."""

    TYPE = "sparksession"


class SessionPythonJobHelper(PythonJobHelper):
    """Runs a compiled Python model here. Its last statement writes the table."""

    def __init__(self, parsed_model: dict[str, Any], credentials: SparkSessionCredentials) -> None:
        """Keep what dbt hands over."""
        self.name = parsed_model["alias"]
        self.credentials = credentials

    def submit(self, compiled_code: str) -> None:
        """Run the code; an error in it is the model's error."""
        exec(
            compile(compiled_code, f"<dbt Python model {self.name}>", "exec"),
            {"__name__": self.name, "spark": self.credentials.session()},
        )


class SparkSessionAdapter(SparkAdapter):
    """dbt-spark's adapter with a place to run Python."""

    ConnectionManager = SparkSessionConnectionManager

    @property
    def default_python_submission_method(self) -> str:
        """Return the only way there is."""
        return "session"

    @property
    def python_submission_helpers(self) -> dict[str, type[PythonJobHelper]]:
        """Return the ways to run Python models."""
        return {"session": SessionPythonJobHelper}

    @available
    def call(self, function: str, *arguments: Any) -> Any:
        """Return `package.module.function(session, *arguments)`, for macros that need Python."""
        module, _, name = function.rpartition(".")
        session = self.config.credentials.session()
        return getattr(import_module(module), name)(session, *arguments)


Plugin = AdapterPlugin(
    adapter=SparkSessionAdapter,  # type: ignore[arg-type]
    credentials=SparkSessionCredentials,
    include_path=sparksession.PACKAGE_PATH,
    dependencies=["spark"],
)
