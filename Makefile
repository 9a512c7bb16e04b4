# Needs python3 (3.11 or newer) with its venv module, and make; everything else is installed into .venv.
PYTHON ?= python3
CORES ?= all
CONFIG ?= config/config.yaml
TARGETS ?=
PYTEST_ARGS ?=
BENCH_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES) --configfile $(CONFIG)

.DEFAULT_GOAL := help
.PHONY: help setup run dry-run test verify lint format bench docs reference lock clean clean-all

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(READY)  ## install everything into .venv

$(READY): requirements.lock pyproject.toml workflow/scripts/install.sh
	@sh workflow/scripts/install.sh "$(PYTHON)" $(VENV)
	@touch $@

run: $(READY)  ## run the workflow: CORES=16, CONFIG=config/paper.yaml, TARGETS=...
	$(SNAKEMAKE) -- $(TARGETS)

dry-run: $(READY)  ## list what `make run` would do
	$(SNAKEMAKE) --dry-run --quiet rules host -- $(TARGETS)

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

verify: $(READY)  ## run the long checks
	$(BIN)/python -m pytest -m verify $(PYTEST_ARGS)

lint: $(READY)  ## check style of code and workflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint

format: $(READY)  ## apply the style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile workflow

bench: $(READY)  ## measure speed: BENCH_ARGS=--quick for two minutes
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

docs: $(READY)  ## build the documentation into site/
	$(BIN)/mkdocs build --strict

reference: $(READY)  ## write docs/reference/configuration.md from the schema
	$(BIN)/python workflow/scripts/configuration_page.py > docs/reference/configuration.md

lock:  ## solve the requirements again (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11 --all-extras pyproject.toml -o requirements.lock

clean:  ## remove results, logs and the demo's data
	rm -rf results logs demo-data .snakemake

clean-all: clean  ## also remove .venv and caches
	rm -rf $(VENV) .numba-cache .pytest_cache .ruff_cache site build dist
