# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= auto

.PHONY: help demo test check format docs clean

help:            ## Say what can be made
	@grep -E '^[a-z]+: .*##|^[a-z]+: +##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: .venv/installed  ## Do the main job on the data that comes with mlwright (under 5 minutes)
	$(BIN)/mlwright demo

test: check      ## Lint, types, layers and all tests; says at the end what was skipped (see CONTRIBUTING.md)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --reruns 1 -r Rs

check: .venv/installed-dev  ## Lint, types and layers
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/installed-dev  ## Put the code into its form
	$(BIN)/ruff check --fix src tests benchmarks
	$(BIN)/ruff format src tests benchmarks

clean:           ## Remove what was made here
	rm -rf .venv demo build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "mlwright needs Python 3.11, 3.12 or 3.13: set PYTHON=/path/to/python"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing mlwright into .venv (a minute or two) ..."
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing mlwright and its tools into .venv (a minute or two) ..."
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@ .venv/installed
