# make build   segments from the sample, or from your file:  make build INVOICE_LINES=path
# make data    the public Online Retail workbook, or from your copy:  make data FILE=path
# make help    the rest

# The lock files name every package, so pip has nothing to resolve, and extras are not written in them.
INSTALL = .venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r

# The first Python that is new enough; `make build PYTHON=/path/to/python` to choose another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	echo $$python && break; done)
RUN := .venv/bin/python
SEGMENTS := .venv/bin/customer-segments
export DBT_PROFILES_DIR := .
# Arguments for dbt, such as DBT="--vars 'as_of: 2024-09-01'"
DBT ?=
# An archive for `make data`. Only the command line sets it: FILE in an environment may be anything.
FILE :=
# Days of a backtest; without any, 6 and 3 months before the end of the data.
CUTOFFS :=

.PHONY: help build campaign backtest bench data metrics report test lint docs docs-serve lineage reference \
	sample lock clean test-long test-faults test-spark
.DEFAULT_GOAL := help

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: .venv/runtime ## Build from the sample, or from INVOICE_LINES=file, folder or "glob"
	@$(SEGMENTS) build $(DBT)

data: export DATA_FILE := $(FILE)
data: .venv/runtime ## Fetch the public workbook into data/public/, or from FILE=archive.zip
	@$(SEGMENTS) data

campaign: .venv/runtime ## Draw a campaign into campaigns/NAME, NAME=spring-2025 OPTIONS="--only core --holdout 0.2"
	@$(SEGMENTS) campaign "$(NAME)" $(OPTIONS)

NAME :=
OPTIONS :=

report: .venv/runtime ## Write the report of the last build again, target/report.html
	@$(SEGMENTS) report

backtest: .venv/runtime ## Measure segments of earlier days on what followed, CUTOFFS="2011-09-01"
	@$(SEGMENTS) backtest $(CUTOFFS) $(DBT)

bench: .venv/bench ## Measure next to pandas, polars and DuckDB by hand, SIZES="0.5 5 50" RUNS=3
	@$(RUN) -m benchmarks.bench --sizes $(SIZES) --runs $(RUNS) $(if $(WAYS),--ways $(WAYS))

SIZES := 0.5 5
RUNS := 3
WAYS :=

metrics: .venv/development ## Ask MetricFlow for METRICS=... grouped BY=customer__segment_name
	@.venv/bin/mf query --metrics $(METRICS) --group-by $(BY)

METRICS := net_revenue,orders,customers,average_order_value,return_rate,retention_90d,segment_share
BY := customer__segment_name

test: .venv/development lint ## Lint, then the tests of Python and dbt on the sample (6 minutes)
	@$(RUN) -m pytest $(IN_TWO) -m "not long and not spark"

test-long: .venv/development ## Tests that build again and again, and of real files (12 minutes)
	@$(RUN) -m pytest $(IN_TWO) -m "long and not spark"

IN_TWO := --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-faults: .venv/runtime ## Kill builds, fill disks, take memory away (30 minutes)
	@$(RUN) tests/faults/run.py

test-spark: .venv/spark ## Build on Apache Spark too and compare every table (needs Java 17)
	@$${JAVA_HOME:+$$JAVA_HOME/bin/}java -version 2>&1 | awk -F '[ ".]+' \
		'/ version / { is_new = $$3 >= 17 } END { exit !is_new }' || { echo \
		"Spark needs Java 17 or newer: install it, or set JAVA_HOME to where it is." >&2; exit 1; }
	@$(RUN) -m pytest -m spark

lint: .venv/development ## Check style and types of SQL and Python
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy --no-error-summary
	@mkdir -p target
	@SEGMENTS_WAREHOUSE=target/lint_warehouse.duckdb .venv/bin/sqruff lint models tests analyses

docs: .venv/runtime ## Write the documentation site as one page, target/static_index.html
	@.venv/bin/dbt --quiet docs generate --static
	@echo "Open target/static_index.html"

docs-serve: docs ## Serve the documentation site on this machine, PORT=8080
	@.venv/bin/dbt docs serve --no-browser --port $(PORT)

PORT ?= 8080

lineage: .venv/development ## Write the lineage of every column as one page, target/lineage/index.html
	@.venv/bin/dbt --quiet docs generate
	@DO_NOT_TRACK=1 DBT_COLIBRI_NO_VERSION_CHECK=1 .venv/bin/colibri generate \
		--output-dir target/lineage >/dev/null
	@echo "Open target/lineage/index.html"

reference: .venv/development ## Write again what docs/ makes of the project, its sample and libraries
	@mkdir -p target
	@rm -f target/sample_models.duckdb target/sample_warehouse.duckdb* target/sample.duckdb
	@INVOICE_LINES=data/sample/invoice_lines.csv SEGMENTS_WAREHOUSE=target/sample_warehouse.duckdb \
		SEGMENTS_DATABASE=target/sample.duckdb SEGMENTS_MODELS=target/sample_models.duckdb \
		$(SEGMENTS) build --vars 'diagnostics: true' >/dev/null
	@.venv/bin/dbt --quiet parse --vars 'diagnostics: true'
	@$(RUN) -m docs.reference target/sample.duckdb
	@$(RUN) docs/segments_picture.py target/sample.duckdb
	@$(RUN) docs/report_library.py

sample: .venv/runtime ## Write data/sample/ again; the bytes are the same every time
	@$(RUN) data/sample/generate.py

lock: .venv/development ## Resolve pyproject.toml again into the lock files
	@.venv/bin/uv pip compile pyproject.toml $(LOCK) --group build --upgrade -o requirements.lock
	@.venv/bin/uv pip compile pyproject.toml $(LOCK) --group dev -c requirements.lock \
		-o requirements-dev.lock
	@.venv/bin/uv pip compile --group bench $(LOCK) -c requirements-dev.lock -o requirements-bench.lock
	@.venv/bin/uv pip compile pyproject.toml $(LOCK) --group spark -c requirements-dev.lock \
		-o requirements-spark.lock

LOCK := --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

clean: ## Remove what builds made; the environment, the kept models and the published database stay
	@rm -rf target logs spark_warehouse
	@for file in warehouse.duckdb "$${SEGMENTS_WAREHOUSE:-warehouse.duckdb}"; do \
		case $$file in "~/"*) file=$$HOME/$${file#"~/"};; esac; \
		rm -f -- "$$file" "$$file.wal" "$$file.marts" "$$file.marts.wal"; rm -rf -- "$$file.tmp"; done

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none found." >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what requirements.lock pins, once ..."
	@$(INSTALL) $<
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development: requirements-dev.lock .venv/runtime
	@echo "Installing what requirements-dev.lock pins, once ..."
	@$(INSTALL) $<
	@touch $@

.venv/bench: requirements-bench.lock .venv/development
	@echo "Installing what requirements-bench.lock pins, once ..."
	@$(INSTALL) $<
	@touch $@

.venv/spark: requirements-spark.lock .venv/development
	@echo "Installing what requirements-spark.lock pins, once ..."
	@$(INSTALL) $<
	@touch $@
