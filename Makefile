# Horae's commands. `make` alone lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
STAMP := $(VENV)/.installed
UV_VERSION := 0.13.8

# Byte code makes Airflow's and Darts' imports three to five times faster.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help install lock format check unit live screenshots test demo bench bench-live fidelity chaos chaos-model clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 13

$(STAMP): requirements.txt requirements-dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing; install it with: apt-get install python3.11 python3.11-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(UV) || $(BIN)/python -m pip install --quiet uv==$(UV_VERSION)
	$(UV) pip sync --quiet --compile-bytecode requirements.txt requirements-dev.txt
	$(UV) pip install --quiet uv==$(UV_VERSION) --no-deps --editable .
	$(BIN)/python -m horae.policy.compiled
	touch $@

install: $(STAMP) ## the virtual environment, from the lock

lock: $(STAMP) ## resolve requirements.in and requirements-dev.in into their pinned forms
	$(UV) pip compile --quiet --no-header --annotation-style line --python-version 3.11 requirements.in -o requirements.txt
	$(UV) pip compile --quiet --no-header --annotation-style line --python-version 3.11 requirements-dev.in -o requirements-dev.txt

format: $(STAMP) ## rewrite the code in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: $(STAMP) ## format, lint, types, import contracts and unit tests: the quick part
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	MYPYPATH=include:benchmarks $(BIN)/mypy benchmarks/*.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q -m "not live and not airflow"

live: $(STAMP) ## tests against the real Kafka, Flink and Airflow
	$(BIN)/pytest -q -m "live or airflow"

screenshots: $(STAMP) ## new pictures of the pages in docs/images, by the browser test and a day of rehearsals
	HORAE_PICTURES=docs/images $(BIN)/pytest -q tests/live/test_pages_in_airflow.py

test: check live ## everything but the demo

chaos: $(STAMP) ## hundreds of faults on the real Flink, Kafka and PostgreSQL; CHAOS="--minutes 20 --only killed" bounds it
	PYTHONPATH=tests:tests/contracts $(BIN)/python -m chaos.run $(CHAOS)

chaos-model: $(STAMP) ## 5,000 random orders of deaths, lost replies and other hands on the model of a cluster
	HORAE_CHAOS_EXAMPLES=5000 $(BIN)/pytest -q --timeout=1800 tests/properties/test_rescale_chaos.py

demo: $(STAMP) ## two compressed days on the real Kafka, Flink and Airflow; DEMO="--airflow-port 18080" sets ports
	$(BIN)/horae demo $(DEMO)

bench: $(STAMP) ## print the figures that the project claims
	$(BIN)/python benchmarks/cycle.py
	$(BIN)/python benchmarks/parsing.py
	$(BIN)/python benchmarks/imports.py
	$(BIN)/python benchmarks/rehearsal.py
	$(BIN)/python benchmarks/pages.py

fidelity: $(STAMP) ## simulated runs against the published ones they should come out as; FIDELITY="--seeds 3"
	$(BIN)/python benchmarks/fidelity.py $(FIDELITY)
	$(BIN)/python benchmarks/khaos_recovery.py

bench-live: $(STAMP) ## interruptions by Horae and by bare calls, on the real Kafka and Flink; BENCH="--pairs 3 --actions 12"
	$(BIN)/python benchmarks/interruption.py $(BENCH)

clean: ## stop what still runs and remove what was made
	-test -x $(BIN)/horae && $(BIN)/horae local down
	rm -rf .horae $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis
