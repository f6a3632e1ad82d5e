# `make demo` and `make test` prepare what they need; nothing else has to be installed first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test unit lint types layers check bench chaos engine servers podman buildx constraints clean

help: ## Show what there is to make.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: $(STAMP) ## Run examples/payments with Greenroom: up, tests, down; without containers where there are none.
	@scripts/with-images $(BIN)/greenroom run examples/payments

# Most tests wait for servers: one more of them at a time than there are processors.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

test: $(STAMP) engine servers buildx ## Run the whole test suite, with real containers and servers.
	@scripts/with-images scripts/with-podman $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

podman: $(STAMP) engine ## Run the suites of engines and of technologies on rootless Podman; it takes a while.
	@GREENROOM_TEST_ENGINES=podman scripts/with-images scripts/with-podman $(BIN)/python -m pytest tests/contract -k podman

unit: $(STAMP) ## Run the tests that need no container engine.
	@$(BIN)/python -m pytest tests/unit tests/plans

lint: $(STAMP) ## Look for mistakes of style.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP) ## Check the types.
	@$(BIN)/mypy

layers: $(STAMP) ## Check that imports point downwards only.
	@$(BIN)/lint-imports --no-cache

check: lint types layers ## All that needs no test to run.

bench: $(STAMP) engine ## Measure Greenroom against the floor and its peers, in one run; BENCH="slices workers" only these.
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,examples,bench]'
	@scripts/with-images $(BIN)/python -m bench $(BENCH)

CHAOS ?= --write docs/reliability.md

chaos: $(STAMP) engine ## Break the engine and kill Greenroom, and count what is left; CHAOS=--short takes less.
	@scripts/with-images $(BIN)/python -m chaos $(CHAOS)

engine: ## See to it that a container engine answers.
	@scripts/engine

servers: ## See to it that servers are installed, to run as processes of this host.
	@scripts/servers

buildx: ## See to it that there is a buildx for the tests; the machine's own docker stays as it is.
	@scripts/buildx

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --upgrade pip
	@$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev,examples]'
	@touch $@

constraints: $(STAMP) ## Pin every dependency anew; the file names no index.
	@$(BIN)/pip-compile --quiet --upgrade --strip-extras --allow-unsafe --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--extra dev --extra examples --extra bench --output-file constraints.txt pyproject.toml

clean: ## Remove the virtual environment and all caches.
	rm -rf $(VENV) build dist .artifacts .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
