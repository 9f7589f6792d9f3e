# Everything a new machine needs: Python 3.11 or later, make, and a package registry in reach.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Byte code is kept: else each of the tests' processes compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup setup-dev demo run test lint types bench-check bench-worst clean

setup: $(VENV)/.installed

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q engine
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

demo: setup
	$(BIN)/engine demo

run: setup
	$(BIN)/engine dev

test: setup-dev lint types
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

# Not gated: figures of one run, beside check-jsonschema, which has an environment of its own.
bench-check: setup-dev
	test -x benchmarks/.venv/bin/python || $(PYTHON) -m venv benchmarks/.venv
	benchmarks/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	$(BIN)/python -m benchmarks.check --schema benchmarks/.venv/bin/check-jsonschema

bench-worst: setup-dev
	$(BIN)/python -m benchmarks.worst

clean:
	rm -rf $(VENV) build dist *.egg-info .engine
