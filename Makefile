# Everything runs from a virtual environment in .venv, made on first use.
PYTHON ?= python3
BIN := .venv/bin
export SPANISHGAS_RAW ?= data/raw
export SPANISHGAS_STORE ?= data/store
SNAPSHOT ?= 2025-01-06
CUSTOMERS ?= 5000
SEED ?= 7
WORLD ?= quiet
MUTATIONS ?= 500
HEAD ?= spanishgas_assets/text/head/head.safetensors
HEAD_DATE ?= 2026-11-28
INSTALL := $(BIN)/pip install --quiet --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test fuzz torture check check-deploy check-terraform check-stack format docs-features docs-settings docs-schemas docs-pictures train-text ui dashboard clean help $(addprefix bench-,year dashboard door drift effect demo demo-history pipeline consumption features model decisions sentiment text scale growth publication)

help:  ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/.core  ## Make the demo retailer and run it: raw drops to recommendations
	@$(BIN)/spanishgas demo-data --customers $(CUSTOMERS) --seed $(SEED)
	@$(BIN)/spanishgas run --snapshot $(SNAPSHOT) --train

dashboard: .venv/.dashboard  ## Open the retention team's dashboard on the store
	@$(BIN)/spanishgas dashboard

ui: .venv/.core  ## Open the Dagster UI on the store
	@$(BIN)/spanishgas ui

test: .venv/.dev  ## Run the tests
	@$(BIN)/python -m pytest -n auto --dist loadscope

fuzz: .venv/.dev  ## Damage every kind of input at random: no traceback, no hang, no lost row
	@$(BIN)/python -m fuzz --mutations $(MUTATIONS)

torture: .venv/.dev  ## Crashes, failing calls, races and damage of the store: nothing mixed or lost
	@$(BIN)/python -m torture

check: .venv/.dev  ## Lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

check-deploy: .venv-lint/.done  ## Lint the Dockerfile, the compose file and the workflows
	@.venv-lint/bin/hadolint Dockerfile deploy/standins/Dockerfile
	@.venv-lint/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@.venv-lint/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@.venv-lint/bin/zizmor --offline --quiet --persona pedantic .github/workflows
	@.venv-lint/bin/yamllint --strict docker-compose.yml dagster.yaml workspace.yaml deploy .github

check-terraform: .venv/.dev  ## Terraform tested with mocks and applied to moto (skipped without it)
	@$(BIN)/python -m pytest spanishgas_assets_tests/deploy/test_terraform.py -m "slow or not slow"

check-stack:  ## Build the image, start the compose stack, run jobs in it (skipped without Docker)
	@$(PYTHON) deploy/check_stack.py $(STACK)

format: .venv/.dev  ## Put the code in order
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

docs-features: .venv/.core  ## Write docs/features.md from the contracts
	@$(BIN)/spanishgas features --out docs/features.md

docs-settings: .venv/.core  ## Write docs/settings.md from the settings' declarations
	@$(BIN)/spanishgas settings --page docs/settings.md

docs-schemas: .venv/.core  ## Write docs/schemas from the models of the YAML files
	@$(BIN)/python -m spanishgas_assets.editor_schemas docs/schemas

docs-pictures: .venv/.dev  ## Take the README's pictures of the dashboard, of the store
	@$(BIN)/python -m benchmarks.readme_pictures

bench-demo: .venv/.dev  ## The demo retailer against the published figures, and its speed
	@$(BIN)/python benchmarks/demo_ablation.py

bench-demo-history: .venv/.dev  ## What planted shifts do to drift and score, against the truth
	@$(BIN)/python benchmarks/demo_history.py --customers $(CUSTOMERS)

bench-pipeline: .venv/.dev  ## The whole pipeline: wall time, memory, share of orchestration
	@$(BIN)/python benchmarks/pipeline.py --customers $(CUSTOMERS)

bench-sentiment: .venv/.dev  ## Sentiment and intent: speed against the plain pipeline, agreement with people
	@$(BIN)/python -m benchmarks.sentiment

bench-text: .venv/.dev  ## Notes by unseen writers: quality, abstentions, speed, what it is worth
	@$(BIN)/python -m benchmarks.text

train-text: .venv/.core  ## Train the packaged head on the packaged notes: the same bytes each time
	@$(BIN)/spanishgas notes train --packaged-only --date $(HEAD_DATE) --out $(HEAD)

bench-consumption: .venv/.dev  ## Readings to customer-months against DuckDB, pandas and bare decode
	@$(BIN)/python benchmarks/consumption.py

bench-model: .venv/.dev  ## The model at full scale: time, memory, PR-AUC beside the best possible
	@$(BIN)/python benchmarks/model.py

bench-door: .venv/.dev  ## The readers' speed against the commit before they looked closely
	@$(BIN)/python -m benchmarks.door

bench-features: .venv/.dev  ## Silver and gold of a snapshot at full scale, and imputation against pandas
	@$(BIN)/python benchmarks/features.py

bench-decisions: .venv/.dev  ## The choice of offers: speed, exactness, value over the old mapping
	@$(BIN)/python benchmarks/decisions.py

bench-dashboard: .venv/.dev  ## The dashboard in headless Chromium, at full scale and at a million customers
	@$(BIN)/python -m benchmarks.dashboard

bench-drift: .venv/.dev  ## The drift report: speed, false alarms, what it finds
	@POLARS_MAX_THREADS=1 $(BIN)/python benchmarks/drift.py

bench-effect: .venv/.dev  ## What is measured of offers, against campaigns whose truth is known
	@$(BIN)/python -m benchmarks.effect

bench-publication: .venv/.dev  ## Publications: to verify, to write, to read the first row, to keep
	@$(BIN)/python -m benchmarks.publication --customers $(CUSTOMERS)

bench-scale: .venv/.dev  ## Month-runs in four processes over S3: the same bytes, how much sooner
	@$(BIN)/python -m benchmarks.scale

bench-year: .venv/.dev  ## A year of Mondays with a retailer whose truth is known (WORLD=quiet)
	@$(BIN)/python -m benchmarks.year --world $(WORLD)

bench-growth: .venv/.dev  ## Each stage at 1/8 to 2 times full scale, and what millions would need
	@POLARS_MAX_THREADS=2 $(BIN)/python -m benchmarks.growth

clean:  ## Remove the demo's data, the environment and every cache
	rm -rf data .venv .venv-lint build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .tmp_dagster_home_*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/pip:
	@echo "Making the virtual environment"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	@$(PYTHON) -m venv .venv

.venv-lint/.done: deploy/requirements-lint.txt
	@echo "Installing the linters of the deployment"
	@$(PYTHON) -m venv .venv-lint
	@.venv-lint/bin/pip install --quiet --quiet --disable-pip-version-check --requirement $<
	@touch $@

.venv/.core: .venv/bin/pip pyproject.toml constraints.txt
	@echo "Installing the platform"
	@$(INSTALL) --editable .
	@touch $@

.venv/.dashboard: .venv/bin/pip pyproject.toml constraints.txt
	@echo "Installing the platform with its dashboard"
	@$(INSTALL) --editable ".[dashboard]"
	@touch $@ .venv/.core

.venv/.dev: .venv/bin/pip pyproject.toml constraints.txt
	@echo "Installing the platform with all extras"
	@$(INSTALL) --editable ".[sentiment,postgres,risk-control,dashboard,dev]"
	@touch $@ .venv/.core .venv/.dashboard
